#include <algorithm>
#include <ostream>

#include "graphwitness/report/results.h"
#include "report/json_parts.h"
#include "report/uri.h"
#include "support/version.h"

namespace graphwitness {
namespace {

constexpr std::string_view kSchema = "https://json.schemastore.org/sarif-2.1.0.json";

Json text(const std::string& content) { return {{"text", content}}; }

Json location(const ResultPlace& place) {
  Json physical{{"artifactLocation", {{"uri", uri_of(place.file)}}}};
  if (place.line != 0) {
    Json region{{"startLine", place.line}};
    if (place.column != 0) region["startColumn"] = place.column;
    if (place.column != 0 && place.end_column > place.column) region["endColumn"] = place.end_column;
    physical["region"] = std::move(region);
  }
  Json result{{"physicalLocation", std::move(physical)}};
  if (!place.node.empty()) {
    const std::string name = place.node.substr(place.node.rfind('/') + 1);
    result["logicalLocations"] =
        Json::array({Json{{"name", name}, {"fullyQualifiedName", place.node}, {"kind", "value"}}});
  }
  if (!place.message.empty()) result["message"] = text(place.message);
  return result;
}

/// A location inside of something else: `codeFlows` and `stacks` wrap theirs.
Json wrapped(const ResultPlace& place) { return {{"location", location(place)}}; }

Json rule_json(const ResultRule& rule) {
  Json object{{"id", rule.id}, {"shortDescription", text(rule.summary)}};
  if (!rule.help.empty()) object["help"] = {{"text", rule.help}, {"markdown", rule.help}};
  return object;
}

Json suppression(const Suppression& why) {
  Json object{{"kind", why.by == Suppression::By::comment ? "inSource" : "external"}};
  const std::string reason = why.by == Suppression::By::baseline ? "known before: " + why.reason : why.reason;
  if (!reason.empty()) object["justification"] = reason;
  return object;
}

Json result_json(const ResultLog& log, const Result& result) {
  Json object{{"ruleId", result.rule}};
  const auto rule = std::ranges::find(log.rules, result.rule, &ResultRule::id);
  if (rule != log.rules.end()) object["ruleIndex"] = rule - log.rules.begin();
  object["level"] = name_of(result.severity);
  object["message"] = text(result.details.empty() ? result.message : result.message + "\n" + result.details);
  if (!result.model.empty()) object["analysisTarget"] = {{"uri", uri_of(result.model)}};
  object["locations"] = Json::array({location(result.at)});
  if (!result.flow.empty()) {
    const Json thread{{"locations", list(result.flow, wrapped)}};
    object["codeFlows"] = Json::array({Json{{"threadFlows", Json::array({thread})}}});
  }
  if (!result.stack.empty()) object["stacks"] = Json::array({Json{{"frames", list(result.stack, wrapped)}}});
  if (!result.related.empty()) object["relatedLocations"] = list(result.related, location);
  if (!result.fingerprint.empty()) object["partialFingerprints"] = {{"graphwitness/v1", result.fingerprint}};
  if (result.suppressed) object["suppressions"] = Json::array({suppression(*result.suppressed)});
  return object;
}

Json notification(const char* level, const std::string& message) {
  return {{"level", level}, {"message", text(message)}};
}

Json invocation_json(const ResultLog& log) {
  Json notifications = Json::array();
  for (const std::string& error : log.errors) notifications.push_back(notification("error", error));
  for (const std::string& remark : log.remarks) notifications.push_back(notification("note", remark));
  Json invocation{{"executionSuccessful", log.errors.empty()}};
  if (!notifications.empty()) invocation["toolExecutionNotifications"] = std::move(notifications);
  return invocation;
}

Json artifact(const ResultTarget& target) {
  return {{"location", {{"uri", uri_of(target.model)}}}, {"roles", Json::array({"analysisTarget"})}};
}

}  // namespace

void write_sarif(std::ostream& out, const ResultLog& log) {
  const Json driver{{"name", "graphwitness"}, {"version", version()}, {"rules", list(log.rules, rule_json)}};
  Json run{{"tool", {{"driver", driver}}},
           {"invocations", Json::array({invocation_json(log)})},
           {"artifacts", list(log.targets, artifact)},
           {"columnKind", "unicodeCodePoints"},
           {"results", list(log.results, [&](const Result& result) { return result_json(log, result); })}};
  const Json object{{"$schema", kSchema}, {"version", "2.1.0"}, {"runs", Json::array({std::move(run)})}};
  // Names and messages may hold any bytes; JSON holds UTF-8.
  out << object.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace graphwitness
