#include "frontends/torchscript/worker/properties.h"

#include <algorithm>
#include <set>
#include <string>
#include <string_view>

namespace graphwitness::torchscript {
namespace {

constexpr std::string_view kExtra = "extra/";

/// "`a`, `b` and 3 others"
std::string enumerate(const std::set<std::string>& names) {
  constexpr std::size_t kShown = 3;
  std::string text;
  std::size_t shown = 0;
  for (const std::string& name : names) {
    if (shown == kShown) return text + " and " + std::to_string(names.size() - kShown) + " others";
    text += (shown++ == 0 ? "`" : ", `") + name + "`";
  }
  return text;
}

void add_mode(const Pickle& data, GraphBuilder& builder) {
  const std::span<const ItemId> root = data.children(data.root());
  if (root.size() < 3) return;
  const ItemId training = data.find(root[2], "training");
  if (data.is(training, Item::Kind::boolean))
    builder.add_property("training", data[training].bits != 0 ? "true" : "false");
}

void add_setstate(const Modules& modules, GraphBuilder& builder) {
  if (modules.with_setstate().empty()) return;
  for (const std::string& name : modules.with_setstate()) builder.add_property("setstate_class", name);
  builder.add_property("setstate_tensors", std::to_string(modules.setstate_tensors()));
  builder.add_property("setstate_elements", std::to_string(modules.setstate_elements()));
  const std::set<std::string> classes(modules.with_setstate().begin(), modules.with_setstate().end());
  builder.add_property("remark", "loading this archive in PyTorch runs code of its own, `__setstate__` of " +
                                     enumerate(classes) + "; it was not run here, so what it sets is unknown");
}

void add_unresolved(const Inliner& inliner, GraphBuilder& builder) {
  const std::set<std::string> calls(inliner.unresolved_calls().begin(), inliner.unresolved_calls().end());
  if (calls.empty()) return;
  builder.add_property("remark", "calls of " + enumerate(calls) +
                                     " were not followed: which module stands behind the"
                                     " interface is only known when the model runs");
}

}  // namespace

void add_properties(Archive& archive, const Pickle& data, const Modules& modules, const Inliner& inliner,
                    GraphBuilder& builder) {
  builder.add_property("archive_version", std::to_string(format_version(archive)));
  for (const auto& [name, record] : archive.records()) {
    if (name.starts_with(kExtra)) builder.add_property("extra_file", name.substr(kExtra.size()));
  }
  if (modules.objects().front().type->findMethod("get_all_bundled_inputs") != nullptr) {
    builder.add_property("bundled_inputs", "true");
  }
  if (archive.find("traced_inputs.pkl") != nullptr) builder.add_property("traced_inputs", "true");
  if (archive.find("bytecode.pkl") != nullptr) builder.add_property("mobile", "true");
  add_mode(data, builder);
  add_setstate(modules, builder);
  add_unresolved(inliner, builder);
}

}  // namespace graphwitness::torchscript
