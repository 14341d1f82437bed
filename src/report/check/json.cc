#include <ostream>

#include "graphwitness/report/report.h"
#include "report/json_parts.h"
#include "support/version.h"

namespace graphwitness {
namespace {

Json frame(const StackFrame& stacked) {
  Json object = position_json(stacked.at);
  add(object, "function", stacked.function);
  return object;
}

/// A place of which only the model is known is the model file.
Json location(const SourceSpan& at, const std::string& model) {
  SourceSpan place = at;
  if (place.file.empty()) place.file = model;
  return place_json(place);
}

Json suppression(const Suppression& why) {
  Json object{{"by", name_of(why.by)}};
  add(object, "reason", why.reason);
  return object;
}

Json finding_json(const Finding& finding, const std::string& model) {
  Json object = Json::object();
  object["rule"] = finding.rule;
  object["severity"] = name_of(finding.severity);
  object["message"] = finding.message;
  object["location"] = location(finding.at, model);
  object["stack"] = list(finding.stack, frame);
  add(object, "function", finding.function);
  add(object, "module", finding.module);
  add(object, "node", finding.node);
  object["provenance"] = finding.provenance;
  object["inputs"] = finding.inputs;
  add(object, "keeps", finding.keeps);
  add(object, "loses", finding.loses);
  object["trail"] = list(finding.trail, step_json);
  object["occurrences"] = list(finding.occurrences, [&](const SourceSpan& at) { return location(at, model); });
  add(object, "fix", finding.fix);
  add(object, "fingerprint", finding.fingerprint);
  object["suppressed"] = finding.suppressed.has_value();
  if (finding.suppressed) object["suppression"] = suppression(*finding.suppressed);
  return object;
}

Json model_json(const ModelReport& model) {
  Json object = Json::object();
  object["path"] = model.path;
  object["format"] = model.format;
  object["status"] = model.error.empty() ? "ok" : "error";
  object["error"] = model.error.empty() ? Json() : Json(model.error);
  object["against"] = model.against.empty() ? Json() : Json(model.against);
  object["methods"] = list(model.methods, [](const MethodReport& method) {
    return Json{{"name", method.name}, {"origin", method.origin}};
  });
  object["findings"] = list(model.findings, [&](const Finding& finding) { return finding_json(finding, model.path); });
  return object;
}

}  // namespace

void write_json(std::ostream& out, const Report& report) {
  const FindingCounts counts = count_findings(report);
  Json object = Json::object();
  object["version"] = 1;
  object["tool"] = {{"name", "graphwitness"}, {"version", version()}};
  object["models"] = list(report.models, model_json);
  object["summary"] = {{"errors", counts.errors}, {"warnings", counts.warnings}, {"notes", counts.notes}};
  object["remarks"] = report.remarks;
  // Names and paths may hold any bytes; JSON holds UTF-8.
  out << object.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace graphwitness
