"""What contracts say of a call: the meaning, the axis, the shape of what a library function makes."""
