#include "verify/torch/inputs.h"

#include <torch/csrc/jit/api/function_impl.h>
#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/ir/constants.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <set>
#include <unordered_set>

namespace graphwitness::verify::worker {

namespace jit = torch::jit;

namespace {

constexpr std::size_t kMostHarvested = 24;

/// Values are nested at most `kDeepestValue` deep, so recursion is.
void take_apart(const c10::IValue& value, Leaves& leaves) {
  if (value.isTuple()) {
    for (const c10::IValue& item : value.toTupleRef().elements()) take_apart(item, leaves);
  } else if (value.isList()) {
    for (const c10::IValue& item : value.toListRef()) take_apart(item, leaves);
  } else if (value.isGenericDict()) {
    for (const auto& entry : value.toGenericDict()) take_apart(entry.value(), leaves);
  } else {
    leaves.push_back(value);
  }
}

c10::IValue copy_of_leaf(const c10::IValue& leaf) {
  if (!leaf.isTensor() || !leaf.toTensor().defined()) return leaf;
  // Layout is one of the things that a trace may hang on, the wish for a gradient another.
  const at::Tensor& tensor = leaf.toTensor();
  return tensor.detach().clone(at::MemoryFormat::Preserve).set_requires_grad(tensor.requires_grad());
}

c10::IValue put_together(const c10::IValue& form, const Leaves& leaves, std::size_t& next) {
  if (form.isTuple()) {
    std::vector<c10::IValue> items;
    for (const c10::IValue& item : form.toTupleRef().elements()) items.push_back(put_together(item, leaves, next));
    const auto type = form.type()->cast<c10::TupleType>();
    if (type && type->name()) return c10::ivalue::Tuple::createNamed(std::move(items), type);
    return c10::ivalue::Tuple::create(std::move(items));
  }
  if (form.isList()) {
    c10::impl::GenericList list(form.toList().elementType());
    for (const c10::IValue& item : form.toListRef()) list.push_back(put_together(item, leaves, next));
    return list;
  }
  if (form.isGenericDict()) {
    const auto dict = form.toGenericDict();
    c10::impl::GenericDict made(dict.keyType(), dict.valueType());
    for (const auto& entry : dict) made.insert_or_assign(entry.key(), put_together(entry.value(), leaves, next));
    return made;
  }
  return leaves.at(next++);
}

at::Tensor filled(const at::Tensor& like, double value) {
  const bool fits = !at::isIntegralType(like.scalar_type(), false) || (std::isfinite(value) && std::abs(value) < 1e9);
  return at::full_like(like, fits ? value : 0);
}

at::Tensor from_numbers(const at::Tensor& like, const std::function<double()>& next) {
  at::Tensor numbers = at::empty({like.numel()}, at::kDouble);
  double* data = numbers.data_ptr<double>();
  for (std::int64_t i = 0; i < like.numel(); ++i) data[i] = next();
  at::Tensor made = at::empty_like(like);
  made.copy_(numbers.reshape(like.sizes()));
  return made;
}

/// Applies a change to every tensor of a kind.
Leaves with_tensors(const Leaves& example, const std::function<bool(const at::Tensor&)>& chosen,
                    const std::function<at::Tensor(const at::Tensor&)>& change) {
  Leaves made = copy(example);
  for (c10::IValue& leaf : made) {
    if (is_tensor(leaf) && chosen(leaf.toTensor())) leaf = change(leaf.toTensor()).to(leaf.toTensor().scalar_type());
  }
  return made;
}

bool floating(const at::Tensor& tensor) { return tensor.is_floating_point() && tensor.numel() != 0; }
bool integral(const at::Tensor& tensor) {
  return at::isIntegralType(tensor.scalar_type(), false) && tensor.numel() != 0;
}
bool boolean(const at::Tensor& tensor) { return tensor.scalar_type() == at::kBool && tensor.numel() != 0; }

at::Tensor with_first(const at::Tensor& tensor, double value) {
  at::Tensor made = tensor.clone();
  made.view({-1}).narrow(0, 0, 1).fill_(value);
  return made;
}

using Change = std::function<at::Tensor(const at::Tensor&)>;

std::vector<Change> plain_changes() {
  const auto times = [](double factor) { return [factor](const at::Tensor& x) { return x * factor; }; };
  const auto all = [](double value) { return [value](const at::Tensor& x) { return filled(x, value); }; };
  return {
      times(-1),
      all(0),
      all(1),
      all(-1),
      times(2),
      times(0.5),
      times(10),
      times(-10),
      times(100),
      times(1e-3),
      times(1e3),
      times(-1e3),
      [](const at::Tensor& x) { return x + 1; },
      [](const at::Tensor& x) { return x - 1; },
      [](const at::Tensor& x) { return x + 10; },
      [](const at::Tensor& x) { return x - 10; },
      [](const at::Tensor& x) { return x - x.mean(); },
      [](const at::Tensor& x) { return x.abs(); },
      [](const at::Tensor& x) { return -x.abs(); },
      [](const at::Tensor& x) { return x.flatten().flip(0).reshape(x.sizes()); },
      [](const at::Tensor& x) { return at::roll(x.flatten(), 1).reshape(x.sizes()); },
      [](const at::Tensor& x) { return std::get<0>(x.flatten().sort()).reshape(x.sizes()); },
      [](const at::Tensor& x) { return std::get<0>(x.flatten().sort(0, true)).reshape(x.sizes()); },
      [](const at::Tensor& x) { return with_first(x, 100); },
      [](const at::Tensor& x) { return with_first(x, -100); },
      [](const at::Tensor& x) { return with_first(at::zeros_like(x), 1); },
      [](const at::Tensor& x) { return at::arange(x.numel(), at::kDouble).reshape(x.sizes()); },
      [](const at::Tensor& x) { return (at::arange(x.numel(), at::kDouble).remainder(2) * 2 - 1).reshape(x.sizes()); },
      times(1e6),
      times(-1e6)};
}

std::vector<Change> strange_changes() {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return {[](const at::Tensor& x) { return with_first(x, kNan); },
          [](const at::Tensor& x) { return with_first(x, kInfinity); },
          [](const at::Tensor& x) { return with_first(x, -kInfinity); },
          [](const at::Tensor& x) { return filled(x, kNan); },
          [](const at::Tensor& x) { return filled(x, kInfinity); }};
}

std::vector<Change> integer_changes(const Harvest& harvest, exec::Random& random) {
  std::vector<Change> changes;
  for (const std::int64_t value : {0, 1, 2, 3, 5, 4, 7, 10}) {
    changes.push_back([value](const at::Tensor& x) { return filled(x, static_cast<double>(value)); });
  }
  for (const int step : {1, -1, 2}) changes.push_back([step](const at::Tensor& x) { return x + step; });
  changes.push_back([](const at::Tensor& x) { return x * 2; });
  changes.push_back([](const at::Tensor& x) { return -x; });
  changes.push_back([](const at::Tensor& x) { return x.flatten().flip(0).reshape(x.sizes()); });
  changes.push_back([](const at::Tensor& x) { return at::roll(x.flatten(), 1).reshape(x.sizes()); });
  for (int i = 0; i < 4; ++i) {
    changes.push_back([&random](const at::Tensor& x) {
      const auto low = x.min().item().toLong();
      const auto high = x.max().item().toLong();
      return from_numbers(x, [&] { return static_cast<double>(random.between(std::min<std::int64_t>(low, 0), high)); });
    });
  }
  for (const std::int64_t value : harvest.integers) {
    for (const std::int64_t near : {value, value + 1, value - 1}) {
      changes.push_back([near](const at::Tensor& x) { return filled(x, static_cast<double>(near)); });
      changes.push_back([near](const at::Tensor& x) { return with_first(x, static_cast<double>(near)); });
    }
  }
  return changes;
}

std::vector<c10::IValue> other_scalars(const c10::IValue& leaf, const Harvest& harvest) {
  std::vector<c10::IValue> others;
  if (leaf.isBool()) return {!leaf.toBool()};
  if (leaf.isInt()) {
    for (const std::int64_t value : {0, 1, -1, 2, 3}) others.emplace_back(value);
    for (const std::int64_t step : {1, -1}) others.emplace_back(leaf.toInt() + step);
    for (const std::int64_t value : harvest.integers) {
      for (const std::int64_t step : {0, 1, -1}) others.emplace_back(value + step);
    }
  }
  if (leaf.isDouble()) {
    for (const double value : {0., 1., -1., 0.5, 2.}) others.emplace_back(value);
    for (const double factor : {-1., 2., 0.5, 10.}) others.emplace_back(leaf.toDouble() * factor);
    for (const double value : harvest.floats) {
      const double near = std::max(std::abs(value), 1.) * 1e-3;
      for (const double step : {0., near, -near}) others.emplace_back(value + step);
    }
  }
  if (leaf.isString()) {
    for (const std::string& text : harvest.strings) others.emplace_back(text);
    others.emplace_back(std::string());
    others.emplace_back(leaf.toStringRef() + "_");
  }
  return others;
}

void harvest_value(const c10::IValue& value, std::set<double>& floats, std::set<std::int64_t>& integers,
                   std::set<std::string>& strings) {
  if (value.isDouble() && std::isfinite(value.toDouble())) floats.insert(value.toDouble());
  if (value.isInt() && std::abs(value.toInt()) < 1'000'000) {
    integers.insert(value.toInt());
    floats.insert(static_cast<double>(value.toInt()));
  }
  if (value.isString() && value.toStringRef().size() <= 32) strings.insert(value.toStringRef());
  if (value.isTensor() && value.toTensor().defined() && value.toTensor().numel() == 1 &&
      !value.toTensor().is_complex()) {
    const double number = value.toTensor().item().toDouble();
    if (std::isfinite(number)) floats.insert(number);
  }
}

/// The constants of code outside of PyTorch come first: its own are mostly of no account.
class Harvester {
 public:
  void visit(jit::Function& function) {
    jit::GraphFunction* with_graph = jit::tryToGraphFunction(function);
    if (with_graph == nullptr || !seen_.insert(with_graph).second) return;
    with_graph->ensure_defined();
    graphs_.push_back(with_graph->graph());
  }

  Harvest run(const jit::Module& model, const std::string& method) {
    visit(model.get_method(method).function());
    // Whatever the archive holds may be called.
    for (jit::Function* function : model._ivalue()->compilation_unit()->get_functions()) visit(*function);
    for (const auto& graph : graphs_) walk(graph->block());
    Harvest harvest;
    harvest.floats.assign(floats_.begin(), floats_.end());
    harvest.integers.assign(integers_.begin(), integers_.end());
    harvest.strings.assign(strings_.begin(), strings_.end());
    harvest.gradients = gradients_;
    const auto cut = [](auto& values, auto size) {
      std::ranges::stable_sort(values, std::less{}, size);
      if (values.size() > kMostHarvested) values.resize(kMostHarvested);
    };
    cut(harvest.floats, [](double value) { return std::abs(std::log10(std::max(std::abs(value), 1e-30))); });
    cut(harvest.integers, [](std::int64_t value) { return std::abs(value); });
    if (harvest.strings.size() > kMostHarvested) harvest.strings.resize(kMostHarvested);
    return harvest;
  }

 private:
  void walk(const jit::Block* root) {
    std::vector<const jit::Block*> waiting{root};
    while (!waiting.empty()) {
      const jit::Block* block = waiting.back();
      waiting.pop_back();
      for (const jit::Node* node : block->nodes()) {
        waiting.insert(waiting.end(), node->blocks().begin(), node->blocks().end());
        if (node->kind() == c10::prim::requires_grad) gradients_ = true;
        if (node->kind() != c10::prim::Constant || !compared(node->output())) continue;
        if (const auto value = jit::toIValue(node->output())) harvest_value(*value, floats_, integers_, strings_);
      }
    }
  }

  /// Whether it can decide anything: it is compared with, or calculated with.
  static bool compared(const jit::Value* value) {
    for (const jit::Use& use : value->uses()) {
      const std::string_view name = use.user->kind().toQualString();
      for (const std::string_view op : {"lt", "le", "gt", "ge", "eq", "ne", "remainder", "floordiv", "div", "mul",
                                        "add", "sub", "__contains__", "allclose"}) {
        if (name.ends_with(op)) return true;
      }
      if (use.user->kind() == c10::prim::Loop || use.user->kind() == c10::prim::ListConstruct) return true;
    }
    return false;
  }

  std::unordered_set<const jit::GraphFunction*> seen_;
  std::vector<std::shared_ptr<jit::Graph>> graphs_;
  std::set<double> floats_;
  std::set<std::int64_t> integers_;
  std::set<std::string> strings_;
  bool gradients_ = false;
};

}  // namespace

bool is_tensor(const c10::IValue& leaf) {
  return leaf.isTensor() && leaf.toTensor().defined() && !leaf.toTensor().is_complex();
}

bool is_float_tensor(const c10::IValue& leaf) { return is_tensor(leaf) && floating(leaf.toTensor()); }

Leaves Template::leaves() const {
  Leaves leaves;
  for (const c10::IValue& argument : arguments_) take_apart(argument, leaves);
  return leaves;
}

std::vector<c10::IValue> Template::arguments(const Leaves& leaves) const { return wrap(copy(leaves)); }

std::vector<c10::IValue> Template::wrap(const Leaves& leaves) const {
  std::vector<c10::IValue> made;
  std::size_t next = 0;
  for (const c10::IValue& argument : arguments_) made.push_back(put_together(argument, leaves, next));
  return made;
}

Leaves copy(const Leaves& leaves) {
  Leaves made;
  made.reserve(leaves.size());
  for (const c10::IValue& leaf : leaves) made.push_back(copy_of_leaf(leaf));
  return made;
}

Harvest harvest(const jit::Module& model, const std::string& method) { return Harvester().run(model, method); }

Leaves random_like(const Leaves& example, exec::Random& random, double scale) {
  Leaves made = copy(example);
  for (c10::IValue& leaf : made) {
    if (!is_tensor(leaf) || leaf.toTensor().numel() == 0) continue;
    const at::Tensor& tensor = leaf.toTensor();
    if (floating(tensor)) {
      leaf = from_numbers(tensor, [&] { return random.normal() * scale; });
    } else if (boolean(tensor)) {
      leaf = from_numbers(tensor, [&] { return random.uniform() < 0.5 ? 0. : 1.; });
    } else {
      const std::int64_t low = tensor.min().item().toLong();
      const std::int64_t high = tensor.max().item().toLong();
      leaf = from_numbers(tensor, [&] { return static_cast<double>(random.between(low, high)); });
    }
  }
  return made;
}

std::vector<Leaves> boundary_inputs(const Leaves& example, const Harvest& harvest, exec::Random& random) {
  std::vector<Leaves> made;
  std::size_t floats = 0;
  for (const c10::IValue& leaf : example) floats += is_float_tensor(leaf) ? 1U : 0U;
  const auto add_changes = [&](const std::vector<Change>& changes) {
    for (const Change& change : changes) made.push_back(with_tensors(example, floating, change));
  };
  if (harvest.gradients) {
    Leaves one = copy(example);
    for (const c10::IValue& leaf : one) {
      if (is_float_tensor(leaf)) leaf.toTensor().set_requires_grad(!leaf.toTensor().requires_grad());
    }
    made.push_back(std::move(one));
  }
  if (floats != 0) {
    add_changes(plain_changes());
    for (const double scale : {1., 1., 10., 0.1}) made.push_back(random_like(example, random, scale));
    std::vector<Change> constants;
    for (const double value : harvest.floats) {
      const double near = std::max(std::abs(value), 1.) * 1e-2;
      for (const double step : {0., near, -near}) {
        constants.push_back([value, step](const at::Tensor& x) { return filled(x, value + step); });
      }
    }
    add_changes(constants);
  }
  // One tensor at a time, where there are several.
  if (floats > 1) {
    const std::vector<Change> changes = plain_changes();
    for (std::size_t i = 0; i < example.size() && i < 8; ++i) {
      if (!is_float_tensor(example[i])) continue;
      for (const std::size_t j : {0UL, 1UL, 2UL, 4UL, 6UL, 12UL}) {
        Leaves one = copy(example);
        one[i] = changes[j](one[i].toTensor()).to(one[i].toTensor().scalar_type());
        made.push_back(std::move(one));
      }
    }
  }
  // Tensors that are equal.
  for (std::size_t i = 0; i < example.size(); ++i) {
    for (std::size_t j = 0; j < example.size() && example.size() < 8; ++j) {
      if (i == j || !is_tensor(example[i]) || !is_tensor(example[j])) continue;
      const at::Tensor& a = example[i].toTensor();
      const at::Tensor& b = example[j].toTensor();
      if (a.sizes() != b.sizes() || a.scalar_type() != b.scalar_type()) continue;
      Leaves one = copy(example);
      one[j] = a.clone();
      made.push_back(std::move(one));
    }
  }
  for (const Change& change : integer_changes(harvest, random)) {
    for (std::size_t i = 0; i < example.size(); ++i) {
      if (!is_tensor(example[i]) || !integral(example[i].toTensor())) continue;
      Leaves one = copy(example);
      one[i] = change(one[i].toTensor()).to(example[i].toTensor().scalar_type());
      made.push_back(std::move(one));
    }
  }
  for (std::size_t i = 0; i < example.size(); ++i) {
    if (is_tensor(example[i]) && boolean(example[i].toTensor())) {
      const at::Tensor& tensor = example[i].toTensor();
      for (const at::Tensor& other : {tensor.logical_not(), at::zeros_like(tensor), at::ones_like(tensor)}) {
        Leaves one = copy(example);
        one[i] = other;
        made.push_back(std::move(one));
      }
      for (int k = 0; k < 3; ++k) {
        Leaves one = copy(example);
        one[i] = random_like({example[i]}, random, 1)[0];
        made.push_back(std::move(one));
      }
    }
    for (const c10::IValue& other : other_scalars(example[i], harvest)) {
      Leaves one = copy(example);
      one[i] = other;
      made.push_back(std::move(one));
    }
  }
  if (floats != 0) add_changes(strange_changes());
  return made;
}

std::uint64_t changed_elements(const Leaves& example, const Leaves& leaves) {
  std::uint64_t changed = 0;
  for (std::size_t i = 0; i < example.size(); ++i) {
    if (!is_tensor(example[i])) {
      const c10::IValue& a = example[i];
      const c10::IValue& b = leaves[i];
      const bool same = (a.isInt() && b.isInt() && a.toInt() == b.toInt()) ||
                        (a.isDouble() && b.isDouble() && a.toDouble() == b.toDouble()) ||
                        (a.isBool() && b.isBool() && a.toBool() == b.toBool()) ||
                        (a.isString() && b.isString() && a.toStringRef() == b.toStringRef()) ||
                        (!a.isInt() && !a.isDouble() && !a.isBool() && !a.isString());
      changed += same ? 0 : 1;
      continue;
    }
    const at::Tensor& a = example[i].toTensor();
    const at::Tensor& b = leaves[i].toTensor();
    if (a.sizes() != b.sizes()) {
      changed += static_cast<std::uint64_t>(b.numel());
      continue;
    }
    at::Tensor differs = a.ne(b);
    if (a.is_floating_point()) differs = differs.logical_and(at::isnan(a).logical_and(at::isnan(b)).logical_not());
    changed += static_cast<std::uint64_t>(differs.sum().item().toLong());
  }
  return changed;
}

}  // namespace graphwitness::verify::worker
