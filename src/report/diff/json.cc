#include <ostream>

#include "graphwitness/report/diff.h"
#include "report/json_parts.h"
#include "support/version.h"

namespace graphwitness {
namespace {

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

Json change_json(const GraphChange& change) {
  Json object = Json::object();
  object["kind"] = name_of(change.kind);
  object["minor"] = change.minor;
  object["message"] = change.message;
  add(object, "rule", change.rule);
  object["location"] = place_json(change.at);
  add(object, "function", change.function);
  add(object, "module", change.module);
  add(object, "left", change.left);
  add(object, "right", change.right);
  if (change.kept_arm) object["kept_arm"] = *change.kept_arm == 0;
  if (change.turns) object["turns"] = *change.turns;
  object["lines"] = list(change.lines, line_json);
  object["trail"] = list(change.trail, step_json);
  object["occurrences"] = list(change.occurrences, place_json);
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
