"""What of a step's output is worth a line or, when it failed, a screen."""

import re
from xml.etree import ElementTree

SHOWN_LINES = 120


def of_ctest(report):
    """(What was counted, the output of what failed) from the report of ctest."""
    cases = skipped = 0
    failures = []
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        text = case.findtext("system-out") or ""
        shared = re.search(r"^\[==========\] Running (\d+) tests?", text, re.MULTILINE)
        several = shared is not None and int(shared[1]) > 1
        cases += int(shared[1]) if several else 1
        if several:
            skipped += len(re.findall(r"^\[  SKIPPED \] .* \(\d+ ms\)$", text, re.MULTILINE))
        elif case.get("status") in ("notrun", "disabled"):
            skipped += 1
        if case.get("status") == "fail":
            failures.append(f"{case.get('name')}\n{failed_cases(text) if several else text.strip()}")
    return counted(cases, skipped), "\n\n".join(failures)


def failed_cases(text):
    """Of a GoogleTest program that ran many cases: the output of those that failed, or did not end."""
    parts = re.split(r"(?m)^(?=\[ RUN      \])", text)
    shown = [part.split("[----------]")[0] for part in parts[1:] if not re.search(r"(?m)^\[ +(OK|SKIPPED) +\]", part)]
    return "\n".join(shown).strip() or text.strip()


def of_pytest(log):
    found = re.findall(r"(\d+) (passed|failed|skipped|error)", log.rstrip().rsplit("\n", 1)[-1])
    numbers = {word: int(number) for number, word in found}
    start = log.find("= FAILURES =") if "= FAILURES =" in log else log.find("= ERRORS =")
    return (
        counted(sum(numbers.values()), numbers.get("skipped", 0)) if numbers else "",
        log[log.rfind("\n", 0, start) + 1 :] if start >= 0 else "",
    )


def counted(cases, skipped):
    return f"{cases} cases" + (f", {skipped} skipped" if skipped else "")


def of_build(log):
    """The commands of a build that failed, with what they printed."""
    blocks = re.findall(r"(?ms)^FAILED: .*?(?=^\[\d+/\d+\]|^ninja: |\Z)", log)
    if not blocks:
        return ""
    return "\n".join(re.sub(r"(?m)^(FAILED: [^\n]*)\n[^\n]*$", r"\1", block) for block in blocks)


def read(step, log, report, passed):
    """(Counts, what failed) of a step that has ended."""
    if step.report and report.exists():
        count, failures = of_ctest(report)
    else:
        count, failures = of_pytest(log)
    if passed:
        return count, ""
    text = failures or of_build(log) or "\n".join(log.splitlines()[-40:])
    lines = text.splitlines()
    if len(lines) > SHOWN_LINES:
        lines = [*lines[: SHOWN_LINES // 2], "[...]", *lines[-SHOWN_LINES // 2 :]]
    return count, "\n".join(lines)
