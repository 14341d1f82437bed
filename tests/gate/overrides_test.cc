#include "gate/overrides.h"

#include <doctest/doctest.h>

#include "report/sample.h"

namespace graphwitness::gate {
namespace {

Finding applied(const Override& one) {
  Report report = sample_report();
  report.models[0].findings.resize(1);
  report.models[0].findings[0].at.recorded_file = "/home/me/src/legacy/my_module.py";
  report.models[0].findings[0].module = "encoder.layer.0";
  apply_settings(report, {.path = "g.toml", .overrides = {one}}, "2026-06-15");
  return report.models[0].findings[0];
}

bool silences(Override one) { return applied(one).suppressed.has_value(); }

}  // namespace

TEST_CASE("an override fits by rule, file, module and model, all that are given") {
  CHECK(silences({.rules = {"random-op", "data-dependent-branch"}}));
  CHECK(!silences({.rules = {"random-op"}}));
  CHECK(silences({.file = "my_module.py"}));
  CHECK(silences({.file = "legacy/*.py"}));
  CHECK(silences({.file = "src/legacy"}));
  CHECK(silences({.file = "/home/**/my_module.py"}));
  CHECK(!silences({.file = "egacy/*.py"}));
  CHECK(silences({.module = "encoder"}));
  CHECK(silences({.module = "encoder.*"}));
  CHECK(silences({.module = "**.0"}));
  CHECK(!silences({.module = "layer"}));
  CHECK(silences({.model = "m.pt"}));
  CHECK(!silences({.file = "my_module.py", .module = "decoder"}));
}

TEST_CASE("an override has a last day") {
  CHECK(silences({.file = "my_module.py", .expires = "2026-06-15"}));
  CHECK(!silences({.file = "my_module.py", .expires = "2026-06-14"}));
  Report report = sample_report();
  apply_settings(report, {.path = "g.toml", .overrides = {{.file = "x", .expires = "2020-01-01", .line = 7}}},
                 "2026-06-15");
  REQUIRE(report.remarks.size() == 1);
  CHECK(report.remarks[0] == "`g.toml`, line 7: the override has expired on 2020-01-01 and does nothing");
}

TEST_CASE("severities by rule, and overrides after them, the last one counts") {
  Report report = sample_report();
  Settings settings{.path = "g.toml", .severities = {{"data-dependent-branch", Severity::note}}};
  apply_settings(report, settings, "2026-06-15");
  CHECK(report.models[0].findings[0].severity == Severity::note);
  settings.overrides = {{.file = "my_module.py", .severity = {}, .reason = "known"},
                        {.module = "encoder", .severity = Severity::warning}};
  apply_settings(report, settings, "2026-06-15");
  CHECK(report.models[0].findings[0].severity == Severity::warning);
  CHECK(!report.models[0].findings[0].suppressed);
}

}  // namespace graphwitness::gate
