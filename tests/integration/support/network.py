"""A way between two processes that a test can cut, stop up, or break in the middle of a frame."""

import asyncio
import contextlib
import socket
import struct
import threading

RESET_AT_CLOSE = struct.pack("ii", 1, 0)  # SO_LINGER: no goodbye, and nothing that waits is sent


class Network:
    """Carries TCP connections to a port of this machine, on a thread of its own: a test that waits
    for a browser, or for a node to start, runs nothing else."""

    def __init__(self, port):
        self._there = port
        self._pairs = set()
        self._is_cut = False
        self._flows = asyncio.Event()
        self._flows.set()
        self._cuts_inside = []
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._server = self._call(asyncio.start_server(self._connect, "127.0.0.1", 0))
        self.port = self._server.sockets[0].getsockname()[1]

    def lead_to(self, port):
        """From now on new connections go there."""
        self._there = port

    def cut(self):
        """Breaks all connections; new ones break as well."""
        self._call(self._set_cut(True))
        self.reset()

    def stop_up(self):
        """Carries nothing any more and says so to nobody: both ends wait. What was sent meanwhile
        arrives after `mend`, as TCP would repeat it."""
        self._call(self._set_flow(False))

    def mend(self):
        self._call(self._set_cut(False))
        self._call(self._set_flow(True))

    def reset(self):
        """Breaks all connections of now (RST); new ones are carried."""
        self._call(self._reset_all())

    def cut_inside(self, *lengths):
        """Of the next pieces that come from there only so many bytes are carried, and then their
        connection breaks."""
        self._cuts_inside += lengths

    @property
    def cuts_left(self):
        return len(self._cuts_inside)

    def close(self):
        self.cut()
        self._call(self._stop_listening())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    # -- on the thread ------------------------------------------------------------------------

    async def _set_cut(self, is_cut):
        self._is_cut = is_cut

    async def _set_flow(self, flows):
        self._flows.set() if flows else self._flows.clear()

    async def _reset_all(self):
        tasks = [task for pair in list(self._pairs) for task in self._reset(pair)]
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _stop_listening(self):
        self._server.close()

    async def _connect(self, *here):
        there = None
        if not self._is_cut:
            with contextlib.suppress(OSError):
                there = await asyncio.open_connection("127.0.0.1", self._there)
        if there is None or self._is_cut:
            self._abort(*(writer for _, writer in filter(None, (here, there))))
            return
        pair = Pair(here[1], there[1])
        pair.tasks = [asyncio.create_task(self._carry(pair, here[0], there[1], False)),
                      asyncio.create_task(self._carry(pair, there[0], here[1], True))]
        self._pairs.add(pair)
        await asyncio.gather(*pair.tasks, return_exceptions=True)
        self._pairs.discard(pair)

    async def _carry(self, pair, source, sink, comes_from_there):
        with contextlib.suppress(OSError):
            while data := await source.read(65536):
                await self._flows.wait()
                if comes_from_there and self._cuts_inside:
                    sink.write(data[:self._cuts_inside.pop(0)])
                    await sink.drain()
                    break
                sink.write(data)
                await sink.drain()
            else:
                sink.close()  # says goodbye behind what waits
                return
        self._abort(*pair.ends)

    def _reset(self, pair):
        for task in pair.tasks:
            task.cancel()
        self._abort(*pair.ends)
        return pair.tasks

    @staticmethod
    def _abort(*ends):
        for end in ends:
            with contextlib.suppress(OSError):
                end.get_extra_info("socket").setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, RESET_AT_CLOSE)
            end.transport.abort()


class Pair:
    """The two ends of one connection and the tasks that carry it."""

    def __init__(self, *ends):
        self.ends = ends
        self.tasks = []
