#include <nlohmann/json.hpp>
#include <ostream>

#include "graphwitness/report/diff.h"
#include "support/version.h"

namespace graphwitness {
namespace {

using Json = nlohmann::ordered_json;

void add(Json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

Json place(const SourceSpan& at) {
  Json object = Json::object();
  add(object, "file", at.file);
  add(object, "recorded_file", at.recorded_file);
  if (at.line != 0) object["line"] = at.line;
  if (at.column != 0) object["column"] = at.column;
  if (at.end_column != 0) object["end_column"] = at.end_column;
  return object;
}

const char* name_of(ChangeLine::Side side) {
  switch (side) {
    case ChangeLine::Side::left:
      return "left";
    case ChangeLine::Side::right:
      return "right";
    case ChangeLine::Side::both:
      break;
  }
  return "both";
}

Json line_json(const ChangeLine& line) {
  Json object = Json::object();
  object["side"] = name_of(line.side);
  add(object, "file", line.at.file);
  if (line.at.line != 0) object["line"] = line.at.line;
  add(object, "text", line.at.text);
  add(object, "note", line.note);
  return object;
}

Json step_json(const TrailStep& step) {
  Json object = Json::object();
  add(object, "file", step.at.file);
  if (step.at.line != 0) object["line"] = step.at.line;
  add(object, "node", step.node);
  add(object, "op", step.op);
  add(object, "message", step.message);
  return object;
}

Json list(const auto& items, const auto& render) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(render(item));
  return array;
}

Json change_json(const GraphChange& change) {
  Json object = Json::object();
  object["kind"] = name_of(change.kind);
  object["minor"] = change.minor;
  object["message"] = change.message;
  add(object, "rule", change.rule);
  object["location"] = place(change.at);
  add(object, "function", change.function);
  add(object, "module", change.module);
  add(object, "left", change.left);
  add(object, "right", change.right);
  if (change.kept_arm) object["kept_arm"] = *change.kept_arm == 0;
  if (change.turns) object["turns"] = *change.turns;
  object["lines"] = list(change.lines, line_json);
  object["trail"] = list(change.trail, step_json);
  object["occurrences"] = list(change.occurrences, place);
  object["repeats"] = change.repeats;
  return object;
}

Json side_json(const DiffSide& side) {
  Json object = {{"path", side.path}, {"format", side.format}};
  add(object, "kind", side.kind);
  return object;
}

}  // namespace

void write_diff_json(std::ostream& out, const DiffReport& report) {
  const KeptCounts& counts = report.counts;
  Json object = Json::object();
  object["version"] = 1;
  object["tool"] = {{"name", "graphwitness"}, {"version", version()}};
  object["left"] = side_json(report.left);
  object["right"] = side_json(report.right);
  object["status"] = report.error.empty() ? "ok" : "error";
  object["error"] = report.error.empty() ? Json() : Json(report.error);
  object["operators"] = {{"left", counts.left},
                         {"right", counts.right},
                         {"left_kept", counts.left_kept},
                         {"right_kept", counts.right_kept}};
  object["differences"] = count_changes(report);
  object["changes"] = list(report.changes, change_json);
  // Names and paths may hold any bytes; JSON holds UTF-8.
  out << object.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

}  // namespace graphwitness
