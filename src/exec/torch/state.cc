#include "exec/torch/state.h"

#include <ATen/ATen.h>
#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <array>
#include <bit>
#include <functional>
#include <string_view>
#include <unordered_set>

namespace graphwitness::exec::worker {
namespace {

constexpr std::array<std::string_view, 4> kUnseen{"prim::data", "aten::data", "aten::set_data", "aten::set_"};

class Fingerprinter {
 public:
  std::vector<std::uint64_t> of(const c10::IValue& root) {
    waiting_.push_back(root);
    while (!waiting_.empty()) {
      const c10::IValue value = std::move(waiting_.back());
      waiting_.pop_back();
      add(value);
    }
    return std::move(numbers_);
  }

 private:
  void add(const c10::IValue& value) {
    if (value.isTensor()) return add_tensor(value.toTensor());
    if (value.isObject()) return add_object(value);
    if (value.isInt()) return number(static_cast<std::uint64_t>(value.toInt()));
    if (value.isBool()) return number(value.toBool() ? 1 : 0);
    if (value.isDouble()) return number(std::bit_cast<std::uint64_t>(value.toDouble()));
    if (value.isString()) return number(std::hash<std::string>{}(value.toStringRef()));
    if (value.isList()) return add_all(value.toListRef());
    if (value.isTuple()) return add_all(value.toTupleRef().elements());
    if (value.isGenericDict()) {
      number(value.toGenericDict().size());
      for (const auto& entry : value.toGenericDict()) {
        waiting_.push_back(entry.key());
        waiting_.push_back(entry.value());
      }
      return;
    }
    number(value.isNone() ? 0 : 1);
  }

  void add_tensor(const at::Tensor& tensor) {
    number(reinterpret_cast<std::uintptr_t>(tensor.unsafeGetTensorImpl()));
    if (tensor.defined() && !tensor.is_inference()) number(static_cast<std::uint64_t>(tensor._version()));
  }

  void add_object(const c10::IValue& value) {
    const auto& object = value.toObjectRef();
    number(reinterpret_cast<std::uintptr_t>(&object));
    if (!seen_.insert(&object).second) return;
    for (const c10::IValue& slot : object.slots()) waiting_.push_back(slot);
  }

  void add_all(const auto& items) {
    number(items.size());
    for (const c10::IValue& item : items) waiting_.push_back(item);
  }

  void number(std::uint64_t value) { numbers_.push_back(value); }

  std::vector<std::uint64_t> numbers_;
  std::vector<c10::IValue> waiting_;
  std::unordered_set<const void*> seen_;
};

bool writes_unseen(const torch::jit::Graph& graph) {
  std::vector<const torch::jit::Block*> waiting{graph.block()};
  std::vector<std::shared_ptr<torch::jit::Graph>> kept;
  while (!waiting.empty()) {
    const torch::jit::Block* block = waiting.back();
    waiting.pop_back();
    for (const torch::jit::Node* node : block->nodes()) {
      if (std::ranges::find(kUnseen, node->kind().toQualString()) != kUnseen.end()) return true;
      waiting.insert(waiting.end(), node->blocks().begin(), node->blocks().end());
      if (!node->hasAttribute(c10::attr::Subgraph)) continue;
      kept.push_back(node->g(c10::attr::Subgraph));
      waiting.push_back(kept.back()->block());
    }
  }
  return false;
}

}  // namespace

std::vector<std::uint64_t> fingerprint(const torch::jit::Module& model) { return Fingerprinter().of(model._ivalue()); }

bool writes_unseen(const torch::jit::Module& model) {
  for (const torch::jit::Function* function : model._ivalue()->compilation_unit()->get_functions()) {
    const auto* with_graph = dynamic_cast<const torch::jit::GraphFunction*>(function);
    if (with_graph != nullptr && writes_unseen(*with_graph->graph())) return true;
  }
  return false;
}

}  // namespace graphwitness::exec::worker
