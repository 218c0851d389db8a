"""What may be missing in a room without a history: what an announced gap covers."""


class Stay:
    """One membership of such a room: from `since` (ms) on it is told what is published.

    `heard` are pairs of a publisher's connection and a number, `gaps` pairs of times (ms).
    """

    def __init__(self, since):
        self.since = since
        self.heard = []
        self.gaps = []

    def faults(self, accepted):
        """What breaks the promise: messages twice, out of order, or missing without a word.

        `accepted` tells for each number between which times its publish was asked for and was
        answered. Publishers whose connection broke may have left messages on their way, so order
        is a matter of one connection. What was answered before the last message that was heard
        here was asked for has come, or a gap has its time.
        """
        found = []
        newest = {}
        for publisher, number in self.heard:
            if number <= newest.get(publisher, 0):
                found.append(f"{number} after {newest[publisher]}")
            newest[publisher] = number
        numbers = {number for _, number in self.heard}
        if len(numbers) != len(self.heard):
            found.append("a message twice")
        end = max((accepted[n][0] for n in numbers if n in accepted), default=0)
        for number, (asked, answered) in accepted.items():
            if (asked > self.since and answered < end and number not in numbers
                    and not self._is_announced(asked, answered)):
                found.append(f"{number} of {asked:.0f} is missing, gaps {self.gaps}")
        return found

    def _is_announced(self, asked, answered):
        return any(first <= answered and asked <= last for first, last in self.gaps)
