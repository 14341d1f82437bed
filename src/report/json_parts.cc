#include "report/json_parts.h"

namespace graphwitness {

void add(Json& object, const char* key, const std::string& value) {
  if (!value.empty()) object[key] = value;
}

void add(Json& object, const char* key, std::uint32_t value) {
  if (value != 0) object[key] = value;
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

Json place_json(const SourceSpan& at) {
  Json object = Json::object();
  add(object, "file", at.file);
  add(object, "recorded_file", at.recorded_file);
  add(object, "line", at.line);
  add(object, "column", at.column);
  add(object, "end_column", at.end_column);
  return object;
}

Json position_json(const SourceSpan& at) {
  Json object = Json::object();
  add(object, "file", at.file);
  add(object, "line", at.line);
  add(object, "column", at.column);
  return object;
}

Json step_json(const TrailStep& step) {
  Json object = position_json(step.at);
  add(object, "node", step.node);
  add(object, "op", step.op);
  add(object, "message", step.message);
  return object;
}

}  // namespace graphwitness
