#include "render/ids.h"

#include <cstdio>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace graphwitness::picture {
namespace {

template <class Function>
struct ResultOf;
template <class Result, class... Arguments>
struct ResultOf<Result (*)(Arguments...)> {
  using Type = Result;
};
/// `long` in Graphviz 2, `int` later.
using MapResult = ResultOf<decltype(Agiddisc_t::map)>::Type;
using AllocResult = ResultOf<decltype(Agiddisc_t::alloc)>::Type;

struct Names {
  Agraph_t* graph = nullptr;
  /// By id; null for what has no name. Made by agstrdup(): cgraph looks for a mark in front of every name.
  std::vector<char*> texts;
  std::unordered_map<std::string_view, IDTYPE> ids;
};

void* open_names(Agraph_t* graph, Agdisc_t*) { return new Names{.graph = graph, .texts = {}, .ids = {}}; }
void close_names(void* state) { delete static_cast<Names*>(state); }

MapResult map_name(void* state, int, char* text, IDTYPE* id, int create) {
  auto& names = *static_cast<Names*>(state);
  const auto found = text ? names.ids.find(text) : names.ids.end();
  if (found != names.ids.end()) {
    *id = found->second;
    return 1;
  }
  if (!create) return 0;
  *id = names.texts.size();
  names.texts.push_back(text ? agstrdup(names.graph, text) : nullptr);
  if (text) names.ids.emplace(names.texts.back(), *id);
  return 1;
}

char* name_of_id(void* state, int, IDTYPE id) {
  const auto& names = *static_cast<Names*>(state);
  return id < names.texts.size() ? names.texts[id] : nullptr;
}

AllocResult refuse_id(void*, int, IDTYPE) { return 0; }
void keep_id(void*, int, IDTYPE) {}
void ignore_object(void*, int, void*) {}

constinit Agiddisc_t ids{open_names, map_name, refuse_id, keep_id, name_of_id, close_names, ignore_object};

}  // namespace

Agraph_t* read_ordered(std::string& dot) {
  const std::unique_ptr<FILE, int (*)(FILE*)> file(fmemopen(dot.data(), dot.size(), "r"), &std::fclose);
  if (!file) return nullptr;
  Agdisc_t discipline{nullptr, &ids, &AgIoDisc};
  return agread(file.get(), &discipline);
}

}  // namespace graphwitness::picture
