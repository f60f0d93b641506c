"""What a run saw of a call goes in, events for the judge come out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

from lossguard.domains import Domain, Reach
from lossguard.events import Argument, Event, EventKind
from lossguard.flow.places import Place
from lossguard.flow.values import Constant, sole
from lossguard.runtime.conclude import conclude
from lossguard.runtime.losses import contract_of
from lossguard.runtime.provenance import Origin
from lossguard.runtime.seeing import Seeing, Tally
from lossguard.runtime.sites import Site, Spelling
from lossguard.runtime.witness import Look
from lossguard.tensors import Tensor


def signature(look: Look, seeings: Mapping[str, Seeing]) -> tuple[Any, ...]:
    """What decides about an event: two looks with equal signatures are judged alike."""
    arguments = ((name, one.domain, one.made, one.seen, one.waiting) for name, one in seeings.items())
    return (look.family, look.weighted, look.learning, *arguments)


def event_of(look: Look, seeings: Mapping[str, Seeing], site: Site, spelling: Spelling) -> Event:
    """The event: every argument as a run saw it, with the literals beside the tensors."""
    place = Place(site.code.co_filename, site.number)
    tensors = (
        Argument(name, sole(Tensor(one.domain, one.axis, one.made, seen=one.seen)), spelling.arguments.get(name, name))
        for name, one in seeings.items()
    )
    literals = (Argument(name, sole(Constant(value)), repr(value)) for name, value in look.literals.items() if _is_plain(value))
    weight = [Argument("weight", sole(Tensor(Domain.TENSOR) if look.weighted else Constant(None)), "weight")]
    kind = EventKind.CONSTRUCT if look.family == "loss" else EventKind.CALL
    reach = Reach.TRAINED if look.learning else Reach.MEASURED
    return Event(
        kind,
        look.family,
        spelling.callee,
        place,
        (*tensors, *literals, *weight),
        is_loss=site.loss.is_loss,
        contract=contract_of(site.loss, look.family),
        reach=reach,
    )


def _is_plain(value: object) -> bool:
    return value is None or isinstance(value, bool | int | float | str)


# A loss of what an activation gave is another loss of what went into the activation: NLL of a log-softmax is cross-entropy.
_COMPOSED: Final = {
    ("nll_loss", "log_softmax"): "cross_entropy",
    ("binary_cross_entropy", "sigmoid"): "binary_cross_entropy_with_logits",
}


def composed(look: Look) -> Look | None:
    """The same call as the loss that it makes together with the activation before it: catches an activation taken twice."""
    sight = look.sights.get("input")
    if sight is None or sight.origin is None or sight.origin.inner is None or any(step in {"Log", "Exp"} for step in sight.origin.steps):
        return None
    family = _COMPOSED.get((look.family, sight.origin.made))
    if family is None or not _squashes(sight.origin.inner):
        return None
    inner = replace(sight, origin=sight.origin.inner)
    return replace(look, family=family, sights={"input": inner}, measured=(), reading=None)


_SQUASHED: Final = frozenset({Domain.PROBABILITIES, Domain.ELEMENTWISE_PROBABILITIES, Domain.NON_NEGATIVE, Domain.BOUNDED})


def _squashes(origin: Origin) -> bool:
    return origin.domain in _SQUASHED


def all_seen(
    look: Look, numbers: Mapping[str, tuple[float, ...]], tallies: Mapping[str, Tally]
) -> Iterator[tuple[Look, dict[str, Seeing]]]:
    """The call as it stands, and as the loss that it is together with the activation before it."""
    yield look, conclude(look, numbers, tallies)
    inner = composed(look)
    if inner is not None:
        yield inner, conclude(inner, {}, {})
