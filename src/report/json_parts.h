#pragma once
/// What the reports in JSON have in common. What is not known is left out: an empty text, a line or column of 0.

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "graphwitness/findings/finding.h"

namespace graphwitness {

using Json = nlohmann::ordered_json;

void add(Json& object, const char* key, const std::string& value);
void add(Json& object, const char* key, std::uint32_t value);
Json list(const auto& items, const auto& render) {
  Json array = Json::array();
  for (const auto& item : items) array.push_back(render(item));
  return array;
}
/// What nobody set is null, where a key is always there.
Json text_or_null(const std::string& text);
Json place_json(const SourceSpan& at);
/// File, line and column.
Json position_json(const SourceSpan& at);
Json step_json(const TrailStep& step);

}  // namespace graphwitness
