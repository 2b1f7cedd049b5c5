"""Runs the end-to-end tests, several modules at a time, and sums up with those in Swift.

usage: run.py [--jobs N] [--swift-results FILE --swift-status N] [MODULE...]

The last line is `N passed, N failed`. The status is 0 only if nothing failed and there was something to run.
"""

import argparse
import concurrent.futures
import json
import os
import signal
import subprocess
import sys
import time
import unittest
import xml.etree.ElementTree

HERE = os.path.dirname(os.path.abspath(__file__))
MODULE_TIMEOUT = 600


class Result(unittest.TextTestResult):
    """Knows of each test whether it passed; a test with several subtests is one test."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.ran = []
        self.not_passed = set()

    def startTest(self, test):
        self.ran.append(test.id())
        super().startTest(test)

    def addFailure(self, test, error):
        self.not_passed.add(test.id())
        super().addFailure(test, error)

    def addError(self, test, error):
        self.not_passed.add(test.id())
        super().addError(test, error)

    def addSubTest(self, test, subtest, error):
        if error:
            self.not_passed.add(test.id())
        super().addSubTest(test, subtest, error)

    def addUnexpectedSuccess(self, test):
        self.not_passed.add(test.id())
        super().addUnexpectedSuccess(test)

    def summary(self):
        skipped = [(test.id(), reason) for test, reason in self.skipped]
        done = set(self.ran) - {id for id, _ in skipped}
        # What is not a test (a module that cannot be imported, setUpClass) fails too.
        return {"passed": len(done - self.not_passed), "failed": sorted(self.not_passed), "skipped": skipped}


def run_module(name, report):
    """Runs one module in this process, and writes what came of it to the file `report`."""
    sys.path.insert(0, HERE)
    suite = unittest.defaultTestLoader.loadTestsFromName(name)
    result = unittest.TextTestRunner(resultclass=Result, stream=sys.stdout, verbosity=1).run(suite)
    with open(report, "w", encoding="utf-8") as file:
        json.dump(result.summary(), file)


def start_module(name):
    """Runs one module in a process of its own. Gives back its summary."""
    report = os.path.join(os.environ["LINECHAT_TEST_REPORTS"], name + ".json")
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-X", "faulthandler", os.path.abspath(__file__), "--module", name, "--report", report],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True)
    try:
        output, _ = process.communicate(timeout=MODULE_TIMEOUT)
    except subprocess.TimeoutExpired:
        # It tells where each of its threads is.
        process.send_signal(signal.SIGABRT)
        output, _ = process.communicate()
        output += f"\n{name} did not end within {MODULE_TIMEOUT} s\n".encode()
    try:
        with open(report, encoding="utf-8") as file:
            summary = json.load(file)
    except (OSError, ValueError):
        summary = {"passed": 0, "failed": [name], "skipped": []}
    return name, summary, output.decode("utf-8", "replace"), time.monotonic() - began


def run_all(names, jobs):
    """Runs the modules and tells of each. Gives back how many tests passed, and the names of those that did not."""
    passed, failed = 0, []
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        for done in concurrent.futures.as_completed([pool.submit(start_module, name) for name in names]):
            name, summary, output, seconds = done.result()
            passed += summary["passed"]
            failed += summary["failed"]
            print(f"{name}: {summary['passed']} passed, {len(summary['failed'])} failed ({seconds:.1f} s)")
            for test, reason in summary["skipped"]:
                print(f"  skipped {test}: {reason}")
            if summary["failed"]:
                print(output)
            sys.stdout.flush()
    return passed, failed


def swift_results(file, status):
    """Passed and failed of an xUnit file; what has no file has failed."""
    try:
        cases = xml.etree.ElementTree.parse(file).getroot().findall(".//testcase")
    except (OSError, xml.etree.ElementTree.ParseError) as error:
        print(f"the results of the Swift tests cannot be read: {error}")
        return 0, 1
    failed = sum(1 for case in cases if case.find("failure") is not None or case.find("error") is not None)
    skipped = sum(1 for case in cases if case.find("skipped") is not None)
    passed = len(cases) - failed - skipped
    print(f"Swift: {passed} passed, {failed} failed, {skipped} skipped")
    # A run that failed without a failing test (a crash at the end, say) has failed all the same.
    return passed, failed or (1 if status or not passed else 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--swift-results")
    parser.add_argument("--swift-status", type=int, default=0)
    parser.add_argument("--module")
    parser.add_argument("--report")
    parser.add_argument("modules", nargs="*")
    options = parser.parse_args()
    if options.module:
        return run_module(options.module, options.report)

    import tempfile

    names = options.modules or sorted(
        name.removesuffix(".py") for name in os.listdir(HERE) if name.startswith("test_") and name.endswith(".py"))
    with tempfile.TemporaryDirectory(prefix="linechat-results-") as reports:
        os.environ["LINECHAT_TEST_REPORTS"] = reports
        passed, names_failed = run_all(names, options.jobs)
    for name in names_failed:
        print(f"failed: {name}")
    failed = len(names_failed)
    if not passed:
        print("not one of the end-to-end tests has passed")
        failed = failed or 1
    if options.swift_results:
        swift_passed, swift_failed = swift_results(options.swift_results, options.swift_status)
        passed += swift_passed
        failed += swift_failed
    print(f"{passed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
