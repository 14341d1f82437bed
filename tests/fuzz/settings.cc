/// `graphwitness.toml`, and the patterns in it.
#include <array>
#include <string_view>

#include "gate/overrides.h"
#include "graphwitness/support/error.h"
#include "input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace graphwitness;
  try {
    constexpr std::array<std::string_view, 2> kRules{"data-dependent-branch", "random-op"};
    const gate::Settings settings = gate::parse_settings(fuzz::text_of(data, size), "fuzz.toml", kRules);
    Finding finding;
    finding.rule = "random-op";
    finding.at.file = "src/some/package/module.py";
    finding.module = "encoder.layer.0";
    Report report;
    report.models.push_back({.path = "exports/model.pt", .format = "torchscript", .findings = {finding}});
    gate::apply_settings(report, settings, "2026-01-01");
  } catch (const InputError&) {
    return 0;  // one clear line is what bad input gets
  }
  return 0;
}
