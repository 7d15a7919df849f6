"""One Jupyter kernel, one cell at a time, with a clock and a cap on output."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from nbformat.v4 import output_from_msg

from .limits import Environment, Limits
from .verdict import error_output


class Session:
    """A Python kernel of this interpreter in a folder of its own, one cell at a time."""

    def __init__(self, folder: Path, limits: Limits, environment: Environment):
        self._folder, self._limits, self._environment = folder, limits, environment
        # No folders: the kernel of this interpreter, whatever specs this user has installed.
        self._manager = AsyncKernelManager(
            kernel_name="python3",
            kernel_spec_manager=KernelSpecManager(kernel_dirs=[]),
            transport="ipc",  # no port that another process could take first
            connection_file=str(folder / "kernel.json"),
        )
        self._client = None
        self.alive = False

    async def start(self) -> None:
        work = self._folder / "work"
        work.mkdir()
        try:
            await self._manager.start_kernel(
                extra_arguments=["--HistoryManager.hist_file=:memory:"],
                cwd=str(work),
                env=self._environment.variables(self._folder),
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
            )
            self._client = self._manager.client()
            self._client.start_channels()
            await self._client.wait_for_ready(timeout=self._limits.start_seconds)
            self.alive = True
        except (RuntimeError, OSError):
            await self._kill()

    async def execute(
        self, cell: NotebookNode, seconds: float, remember: bool
    ) -> tuple[str, list[NotebookNode]]:
        """Run one cell: ("done" | "late" | "died", its outputs).

        Without `remember` the source does not enter the kernel's history (`In`), where cells that
        run later could read it.
        """
        message_id = self._client.execute(cell.source, store_history=remember, allow_stdin=False)
        outputs = _Outputs(self._limits.output_bytes)
        end = await self._listen(message_id, seconds, outputs)
        if end == "late":
            await self._manager.interrupt_kernel()
            end_of_interrupt = await self._listen(
                message_id, self._limits.grace_seconds, _Outputs(0)
            )
            if end_of_interrupt != "done":
                await self._kill()
                return "late", outputs.kept
        if end == "died":
            await self._kill()
            return end, outputs.kept
        reply = await self._reply(message_id)
        if any(payload.get("source") == "ask_exit" for payload in reply.get("payload", [])):
            await self._kill()  # `exit()`: it would end at some moment during the next cells
            return "died", outputs.kept
        cell.execution_count = reply.get("execution_count")
        failed = any(output.output_type == "error" for output in outputs.kept)
        if reply.get("status") != "ok" and not failed:
            # Code can hide its traceback, but a graded cell passes only if the kernel says so.
            name, text = reply.get("ename", "Error"), reply.get("evalue", "the cell did not finish")
            outputs.kept.append(error_output(str(name), str(text)))
        return end, outputs.kept

    async def _listen(self, message_id: str, seconds: float, outputs: "_Outputs") -> str:
        """Collect output until the kernel is idle again, or the time is over, or it has died."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            try:
                message = await self._client.get_iopub_msg(timeout=min(left, 0.5))
            except Empty:
                if not await self._manager.is_alive():
                    return "died"
                continue
            if message["parent_header"].get("msg_id") != message_id:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return "done"
            outputs.add(message)
        return "late"

    async def _reply(self, message_id: str) -> dict:
        with suppress(Empty):
            while True:
                message = await self._client.get_shell_msg(timeout=self._limits.grace_seconds)
                if message["parent_header"].get("msg_id") == message_id:
                    return message["content"]
        return {}

    async def _kill(self) -> None:
        self.alive = False
        if self._manager.has_kernel:
            await self._manager.shutdown_kernel(now=True)

    async def stop(self) -> None:
        """End the kernel and let go of everything."""
        await self._kill()
        if self._client is not None:
            self._client.stop_channels()
        await self._manager.cleanup_resources()
        self._manager.context.destroy(linger=0)


class _Outputs:
    """The outputs of one cell up to a size; what comes later is dropped as it arrives."""

    def __init__(self, limit: int):
        self.kept: list[NotebookNode] = []
        self._left = limit

    def add(self, message: dict) -> None:
        kind = message["msg_type"]
        if kind == "error":
            self.kept.append(output_from_msg(message))
        elif kind == "stream" and self._left > 0:
            self._add_text(output_from_msg(message))
        elif kind in ("display_data", "execute_result"):
            output = output_from_msg(message)
            size = sum(len(str(data)) for data in output.data.values())
            if size <= self._left:
                self._left -= size
                self.kept.append(output)

    def _add_text(self, output: NotebookNode) -> None:
        size = len(output.text)
        if size > self._left:
            output.text = output.text[: self._left] + "\n[the rest of the output was cut]\n"
        self._left -= size
        last = self.kept[-1] if self.kept else None
        if last is not None and last.get("name") == output.name:
            last.text += output.text
        else:
            self.kept.append(output)
