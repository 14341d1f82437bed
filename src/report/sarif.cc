#include "report/sarif.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ostream>

#include "support/version.h"

namespace graphwitness {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "https://json.schemastore.org/sarif-2.1.0.json";

Json text(const std::string& content) { return {{"text", content}}; }

Json location(const SarifPlace& place) {
  Json physical{{"artifactLocation", {{"uri", uri_of(place.file)}}}};
  if (place.line != 0) {
    Json region{{"startLine", place.line}};
    if (place.column != 0) region["startColumn"] = place.column;
    if (place.column != 0 && place.end_column > place.column) region["endColumn"] = place.end_column;
    physical["region"] = std::move(region);
  }
  Json result{{"physicalLocation", std::move(physical)}};
  if (!place.message.empty()) result["message"] = text(place.message);
  return result;
}

Json rule_json(const SarifRule& rule) {
  Json object{{"id", rule.id}, {"shortDescription", text(rule.summary)}};
  if (!rule.help.empty()) object["help"] = {{"text", rule.help}, {"markdown", rule.help}};
  return object;
}

Json result_json(const SarifLog& log, const SarifResult& result) {
  Json object{{"ruleId", result.rule}};
  const auto rule = std::ranges::find(log.rules, result.rule, &SarifRule::id);
  if (rule != log.rules.end()) object["ruleIndex"] = rule - log.rules.begin();
  object["level"] = result.level;
  object["message"] = text(result.message);
  object["locations"] = Json::array({location(result.at)});
  if (!result.related.empty()) {
    Json related = Json::array();
    for (const SarifPlace& place : result.related) related.push_back(location(place));
    object["relatedLocations"] = std::move(related);
  }
  if (!result.fingerprint.empty()) object["partialFingerprints"] = {{"graphwitness/v1", result.fingerprint}};
  if (result.suppressed) object["suppressions"] = Json::array({Json{{"kind", "inSource"}}});
  return object;
}

}  // namespace

void write_sarif(std::ostream& out, const SarifLog& log) {
  Json rules = Json::array();
  for (const SarifRule& rule : log.rules) rules.push_back(rule_json(rule));
  Json results = Json::array();
  for (const SarifResult& result : log.results) results.push_back(result_json(log, result));
  Json notifications = Json::array();
  for (const std::string& error : log.errors) notifications.push_back({{"level", "error"}, {"message", text(error)}});
  Json invocation{{"executionSuccessful", log.errors.empty()}};
  if (!log.errors.empty()) invocation["toolExecutionNotifications"] = std::move(notifications);
  Json run{{"tool", {{"driver", {{"name", "graphwitness"}, {"version", version()}, {"rules", std::move(rules)}}}}},
           {"invocations", Json::array({std::move(invocation)})},
           {"columnKind", "unicodeCodePoints"},
           {"results", std::move(results)}};
  const Json object{{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Json::array({std::move(run)})}};
  // Names and messages may hold any bytes; JSON holds UTF-8.
  out << object.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

std::string uri_of(std::string_view path) {
  constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  std::string uri;
  for (const char c : path) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter || kPlain.find(c) != kPlain.npos) {
      uri += c;
    } else {
      uri += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return path.starts_with('/') ? "file://" + uri : uri;
}

}  // namespace graphwitness
