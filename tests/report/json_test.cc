#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "graphwitness/report/report.h"
#include "json_schema.h"
#include "report/sample.h"

namespace graphwitness {
namespace {

std::string json_of(const Report& report) {
  std::ostringstream out;
  write_json(out, report);
  return out.str();
}

nlohmann::json parsed(const Report& report) { return nlohmann::json::parse(json_of(report)); }

}  // namespace

TEST_CASE("the JSON of a full, an empty and a broken model fits the schema") {
  CHECK(schema_violations(read_schema("check"), parsed(sample_report())) == std::vector<std::string>{});
  Report bare = sample_report();
  bare.models[0].findings.assign(1, Finding{});
  CHECK(schema_violations(read_schema("check"), parsed(bare)) == std::vector<std::string>{});
}

TEST_CASE("the schema refuses what does not fit") {
  const nlohmann::json schema = read_schema("check");
  const nlohmann::json good = parsed(sample_report());
  const auto bad = [&](const char* pointer, const nlohmann::json& value) {
    nlohmann::json changed = good;
    changed[nlohmann::json::json_pointer(pointer)] = value;
    return !schema_violations(schema, changed).empty();
  };
  CHECK(bad("/version", 2));
  CHECK(bad("/models/0/status", "fine"));
  CHECK(bad("/models/0/findings/0/location/line", 0));
  CHECK(bad("/models/0/findings/0/surprise", 1));
  CHECK(bad("/models/0/findings/0/trail/0/line", "11"));
  nlohmann::json without = good;
  without["models"][0].erase("against");
  CHECK(schema_violations(schema, without) == std::vector<std::string>{"/models/0: required \"against\""});
}

TEST_CASE("keys come in the order of the contract, and what is not known is absent") {
  Report report = sample_report();
  report.models.resize(1);
  report.models[0].findings.resize(1);
  report.models[0].findings[0].stack.clear();
  report.models[0].findings[0].trail.resize(1);
  const std::string text = json_of(report);
  std::size_t at = 0;
  for (const char* key : {"version", "tool",          "models",     "path",        "format",     "status",  "error",
                          "against", "methods",       "findings",   "rule",        "severity",   "message", "location",
                          "file",    "recorded_file", "line",       "column",      "end_column", "stack",   "function",
                          "module",  "node",          "provenance", "inputs",      "keeps",      "loses",   "trail",
                          "op",      "occurrences",   "fix",        "fingerprint", "suppressed", "summary", "errors"}) {
    const std::size_t next = text.find('"' + std::string(key) + "\":", at);
    CHECK_MESSAGE(next != text.npos, key);
    at = next == text.npos ? at : next;
  }
  const nlohmann::json step = parsed(report)["models"][0]["findings"][0]["trail"][0];
  CHECK(!step.contains("column"));
}

TEST_CASE("a finding without a Python line is located at the model") {
  Report report = sample_report();
  report.models[0].findings[0].at = {};
  CHECK(parsed(report)["models"][0]["findings"][0]["location"] == nlohmann::json{{"file", "m.pt"}});
}

TEST_CASE("suppressed findings are listed and not counted") {
  const nlohmann::json json = parsed(sample_report());
  CHECK(json["models"][0]["findings"].size() == 3);
  CHECK(json["summary"] == nlohmann::json{{"errors", 1}, {"warnings", 0}, {"notes", 1}});
}

TEST_CASE("bytes that are no UTF-8 are replaced") {
  Report report = sample_report();
  report.models[0].path = "caf\xE9.pt";
  CHECK(parsed(report)["models"][0]["path"] == "caf\xEF\xBF\xBD.pt");
}

}  // namespace graphwitness
