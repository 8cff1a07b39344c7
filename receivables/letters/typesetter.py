"""The typesetter's own process: reads one job as JSON from standard input, writes the PDF to standard output, and ends.

Started by `compile.py`, never imported by the product. It limits itself first: memory, time and files. Nothing reaches the
network: the sources name no package, and where packages would be looked for there is nothing.
"""

import json
import resource
import sys
from pathlib import Path

MEMORY_MOST = 3 * 1024**3
FAILED = 3


def limit(seconds: int) -> None:
    """Caps this process; a hard cap of the machine that is lower stays."""
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_MOST),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        cap = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (cap, cap))


def main() -> int:
    """One job, one PDF; what went wrong goes to standard error, at most a few lines."""
    job = json.loads(sys.stdin.buffer.read())
    limit(int(job["seconds"]))
    import typst

    here = Path(__file__).resolve().parent
    nowhere = here / "packages"
    try:
        paper = typst.compile(
            str(here / f"{job['source']}.typ"),
            root=str(here),
            font_paths=job["fonts"],
            ignore_system_fonts=True,
            sys_inputs={"data": json.dumps(job["data"], ensure_ascii=False)},
            timestamp=job["timestamp"],
            format=job.get("format", "pdf"),
            pdf_tags=job.get("tags", True),
            pdf_standards=["a-2b"] if job.get("format", "pdf") == "pdf" else [],
            package_path=str(nowhere),
            package_cache_path=str(nowhere),
        )
    except typst.TypstError as wrong:
        sys.stderr.write(str(wrong)[:2000])
        return FAILED
    sys.stdout.buffer.write(paper if isinstance(paper, bytes) else paper[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
