// Prints the last line that CI and people read: `N passed, N failed, N skipped`.
export default class ClosingLine {
  onTestRunEnd(modules, errors) {
    const n = { passed: 0, failed: 0, skipped: 0, pending: 0 };
    for (const m of modules) {
      let tests = 0;
      for (const t of m.children.allTests()) {
        n[t.result().state]++;
        tests++;
      }
      // A file that cannot be imported has no tests, only an error: that is a failure too.
      if (tests === 0 && m.state() === 'failed') n.failed++;
    }
    n.failed += errors.length;
    console.log(`\n${n.passed} passed, ${n.failed} failed, ${n.skipped + n.pending} skipped`);
  }
}
