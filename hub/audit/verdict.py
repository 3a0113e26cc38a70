"""Whether a chain is whole, judged entry by entry, so that a log of any length fits. No I/O here.

Given the newest checkpoint (remembered by a device, the journal or an auditor), every edit, removal, insertion,
exchange and truncation of an entry up to it is found. What came after the newest checkpoint is only known to be a
chain: whoever can write the database could have written another one, for at most a minute.
"""

from collections.abc import Iterable

from device.model.value import Value
from hub.audit.checkpoint import Checkpoint
from hub.audit.entry import NOTHING, Entry, hash_of

_MOST = 20
"""Faults that are told."""


class Verdict(Value):
    """What was found."""

    entries: int
    signed: int
    """The last entry that a checkpoint vouches for."""
    faults: tuple[str, ...] = ()
    """A sentence each; none: the chain is whole."""

    @property
    def whole(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


class Judge:
    """Sees a chain from its first entry to its last.

    Args:
        checkpoints: those that are kept with the entries.
        key: the public key that signs, known from elsewhere.
        remembered: the newest checkpoint that somebody outside remembers.
    """

    def __init__(self, checkpoints: Iterable[Checkpoint], key: bytes, remembered: Checkpoint | None = None) -> None:
        self._faults: dict[str, None] = {}
        self._key = key
        every = [*checkpoints, remembered] if remembered is not None else checkpoints
        self._genuine = [one for one in every if self._is_genuine(one)]
        self._wanted = {one.seq for one in self._genuine}
        self._found: dict[int, bytes] = {}
        self._count = 0
        self._first: Entry | None = None
        self._before: Entry | None = None

    def see(self, entry: Entry) -> None:
        """The next entry, in the order in which they are kept."""
        before, self._before = self._before, entry
        self._count += 1
        if before is None:
            self._first = entry
        elif entry.seq != before.seq + 1 or entry.prev_hash != before.hash:
            self._blame(f"Entry {entry.seq} does not follow entry {before.seq}.")
        if hash_of(entry.event, entry.seq, entry.at, entry.prev_hash) != entry.hash:
            self._blame(f"Entry {entry.seq} was changed.")
        if entry.seq in self._wanted:
            self._found[entry.seq] = entry.hash

    def verdict(self) -> Verdict:
        """What was found, now that all entries were seen."""
        if self._first is not None:
            self._judge_beginning(self._first)
            for checkpoint in self._genuine:
                self._judge(checkpoint, self._first)
        elif self._genuine:
            self._blame("All entries are missing.")
        signed = max((one.seq for one in self._genuine), default=0)
        return Verdict(entries=self._count, signed=signed, faults=tuple(self._faults))

    def _is_genuine(self, checkpoint: Checkpoint) -> bool:
        if checkpoint.key == self._key and checkpoint.genuine():
            return True
        self._blame(f"The checkpoint of entry {checkpoint.seq} is not signed by the hub.")
        return False

    def _judge_beginning(self, first: Entry) -> None:
        """Whether nothing is missing before the first entry but what was pruned under a signature."""
        begins = max((one.first for one in self._genuine), default=1)
        if first.seq != begins:
            self._blame(f"The log begins with entry {first.seq} and should begin with entry {begins}.")
        vouched = [one.hash for one in self._genuine if one.seq == first.seq - 1]
        if first.prev_hash not in (vouched if first.seq > 1 else [NOTHING]):
            self._blame(f"Nothing vouches for what was before entry {first.seq}.")

    def _judge(self, checkpoint: Checkpoint, first: Entry) -> None:
        if checkpoint.seq < first.seq:
            return
        found = self._found.get(checkpoint.seq)
        if found is None:
            self._blame(f"Entry {checkpoint.seq} was signed and is missing.")
        elif found != checkpoint.hash:
            self._blame(f"Entry {checkpoint.seq} is not the one that was signed.")

    def _blame(self, sentence: str) -> None:
        if len(self._faults) < _MOST:
            self._faults[sentence] = None
