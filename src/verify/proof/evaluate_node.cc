#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "verify/proof/evaluator.h"
#include "verify/proof/pure_operators.h"

namespace graphwitness::proof {
namespace {

constexpr std::array<std::string_view, 5> kDividing{"aten::div", "aten::floor_divide", "aten::fmod", "aten::pow",
                                                    "aten::remainder"};

}  // namespace

std::string Evaluator::overload() const {
  const Literal* name = graph_.attribute(node_, "overload");
  return name != nullptr && name->kind == Literal::Kind::string ? std::string(graph_.text(*name)) : std::string();
}

TermId Evaluator::read(const Symbolic& tensor) const {
  const SymbolicMemory::Cell& cell = memory_.cell(tensor.index);
  if (cell.stale) stop("it reads a tensor that may share memory with one that was written in place");
  return cell.term;
}

Symbolic Evaluator::fresh_tensor(TermId term, SymbolicMemory::Storage::Owner owner) {
  return Symbolic::of(Symbolic::Kind::tensor, memory_.add_cell(term, memory_.add_storage(owner)));
}

TermId Evaluator::list_term(const Symbolic& container) {
  std::vector<TermId> elements;
  // By index: elements may be containers themselves, which are read while this one is held.
  for (std::size_t i = 0; i < memory_.items(container.index).size(); ++i) {
    elements.push_back(term_of(memory_.items(container.index)[i]));
  }
  return terms_.operation(container.kind == Symbolic::Kind::list ? "list" : "tuple", elements);
}

TermId Evaluator::term_of(const Symbolic& value) {
  switch (value.kind) {
    case Symbolic::Kind::scalar:
      return value.term;
    case Symbolic::Kind::tensor:
      return read(value);
    case Symbolic::Kind::list:
    case Symbolic::Kind::tuple:
      return list_term(value);
    case Symbolic::Kind::dict:
      stop("it takes a dict");
    case Symbolic::Kind::module:
      stop("it takes a module");
    case Symbolic::Kind::undefined:
      break;
  }
  stop("an operand has no value");
}

std::vector<TermId> Evaluator::argument_terms() {
  std::vector<TermId> terms;
  for (std::size_t i = 0; i < operands(); ++i) terms.push_back(term_of(operand(i)));
  return terms;
}

Symbolic Evaluator::tensor_constant(TensorId tensor) {
  const auto content = vocabulary_.contents.index(graph_, tensor);
  if (!content) stop("the elements of a constant tensor are not in reach");
  const TermId term = terms_.content(*content);
  const Contents::Content& known = vocabulary_.contents[*content];
  TensorFacts facts{.dtype = known.dtype, .ranked = true};
  for (const std::int64_t size : known.sizes) facts.sizes.push_back(terms_.integer(size));
  facts_.set(term, std::move(facts));
  return fresh_tensor(term, SymbolicMemory::Storage::Owner::model);
}

Symbolic Evaluator::constant(LiteralId id) {
  if (!id) stop("a constant has no value");
  const Literal& literal = graph_[id];
  switch (literal.kind) {
    case Literal::Kind::none:
      return Symbolic::scalar(terms_.none());
    case Literal::Kind::boolean:
      return Symbolic::scalar(terms_.boolean(literal.bits != 0));
    case Literal::Kind::integer:
      return Symbolic::scalar(terms_.integer(literal.bits));
    case Literal::Kind::floating:
      return Symbolic::scalar(terms_.floating(graph_.floating(literal)));
    case Literal::Kind::string:
      return Symbolic::scalar(terms_.string(graph_.text(literal)));
    case Literal::Kind::opaque:
      return Symbolic::scalar(terms_.device(graph_.text(literal)));
    case Literal::Kind::tensor:
      return tensor_constant(TensorId(static_cast<std::uint32_t>(literal.bits)));
    case Literal::Kind::module:
      return Symbolic::of(Symbolic::Kind::module, static_cast<std::uint32_t>(literal.bits));
    case Literal::Kind::list:
    case Literal::Kind::tuple:
    case Literal::Kind::dict: {
      std::vector<Symbolic> items;
      for (const LiteralId element : graph_[literal.elements]) items.push_back(constant(element));
      const std::uint32_t container = memory_.add_container(std::move(items));
      frozen_.insert(container);
      const auto kind = literal.kind == Literal::Kind::list    ? Symbolic::Kind::list
                        : literal.kind == Literal::Kind::tuple ? Symbolic::Kind::tuple
                                                               : Symbolic::Kind::dict;
      return Symbolic::of(kind, container);
    }
    case Literal::Kind::unknown:
    case Literal::Kind::complex:
    case Literal::Kind::type:
      break;
  }
  stop("the file does not say what the constant is");
}

void Evaluator::evaluate() {
  const std::string_view op = graph_[graph_[node_].op];
  if (op == "prim::If") return enter_branch();
  if (op == "prim::Loop") return enter_loop();
  if (graph_[node_].blocks.count != 0) stop(fmt::format("`{}` has blocks of its own", op));
  if (evaluate_effect(op) || evaluate_structure(op) || evaluate_container(op) || evaluate_metadata(op) ||
      evaluate_number(op) || evaluate_scalar(op) || evaluate_dropout(op)) {
    return;
  }
  if (is_in_place(op)) return evaluate_in_place(op);
  evaluate_operator(op);
}

bool Evaluator::evaluate_effect(std::string_view op) {
  if (op == "prim::Print" || op == "aten::warn") return true;
  if (op == "prim::RaiseException") {
    raise();
    return true;
  }
  if (op == "prim::SetAttr")
    stop(fmt::format("it assigns the attribute `{}` when it runs", modules_.attribute_name(node_)));
  if (op == "prim::Enter" || op == "prim::Exit") stop("it enters a context, such as `torch.no_grad()`");
  return false;
}

void Evaluator::evaluate_attribute() {
  const Symbolic& owner = operand(0);
  const std::string_view name = modules_.attribute_name(node_);
  if (owner.kind != Symbolic::Kind::module) stop(fmt::format("it reads the attribute `{}` of no module", name));
  const ModuleId module(owner.index);
  const ModuleAttribute* attribute = graph_.attribute(module, name);
  if (attribute == nullptr || !attribute->value)
    stop(fmt::format("the file does not say what the attribute `{}` is", name));
  if (modules_.is_assigned(module, name)) stop(fmt::format("the attribute `{}` is assigned when the model runs", name));
  const bool is_module = graph_[attribute->value].kind == Literal::Kind::module;
  if (name == "training") {
    vocabulary_.assumptions.insert(Assumption::training);
  } else if (attribute->role == ModuleAttribute::Role::plain && !is_module) {
    vocabulary_.assumptions.insert(Assumption::attributes);
  }
  set_result(constant(attribute->value));
}

/// Sizes, for tensors, or the value itself, are numbers in this scope.
bool Evaluator::is_settled(const Symbolic& value) {
  switch (value.kind) {
    case Symbolic::Kind::tensor:
      return facts_.has_known_sizes(read(value));
    case Symbolic::Kind::scalar:
      return terms_.is_plain_constant(value.term);
    case Symbolic::Kind::list:
    case Symbolic::Kind::tuple:
      for (std::size_t i = 0; i < memory_.items(value.index).size(); ++i) {
        if (!is_settled(memory_.items(value.index)[i])) return false;
      }
      return true;
    case Symbolic::Kind::dict:
    case Symbolic::Kind::module:
    case Symbolic::Kind::undefined:
      break;
  }
  return false;
}

/// Whether an operator may raise on some input of the scope. Where shapes are those of the example, numbers come from
/// no input, and nothing is open, it ran on the example without raising.
void Evaluator::note_operator(TermId term, bool raises_on_data) {
  if (vocabulary_.scope == Scope::same_shapes && !raises_on_data && open_branches_.empty()) {
    bool settled = true;
    for (std::size_t i = 0; i < operands() && settled; ++i) settled = is_settled(operand(i));
    if (settled) return;
  }
  note_may_raise(term);
}

void Evaluator::write(const Symbolic& tensor, TermId term) {
  const SymbolicMemory::Storage& storage = memory_.storage_of(tensor.index);
  if (storage.owner == SymbolicMemory::Storage::Owner::model) {
    stop("it writes in place to a parameter, buffer or constant of the model");
  }
  if (const Frame* open = open_frame()) {
    const bool is_older =
        std::ranges::any_of(storage.cells, [&](std::uint32_t cell) { return cell < open->open->first_cell; });
    if (is_older) stop("it writes in place in a branch that this scope leaves open");
  }
  memory_.write(tensor.index, term);
}

void Evaluator::evaluate_in_place(std::string_view op) {
  const std::string_view base = op.substr(0, op.size() - 1);
  if (!has_known_in_place_form(base) || operand(0).kind != Symbolic::Kind::tensor) {
    stop("it writes in place in a way that the proof does not know");
  }
  std::vector<TermId> arguments = argument_terms();
  const bool united =
      vocabulary_.unite_in_place && has_same_in_place_form(base) && is_floating(facts_[arguments[0]].dtype);
  if (united) vocabulary_.assumptions.insert(Assumption::dtype);
  const std::string name = canonical_name(base, arguments);
  const TermId term = terms_.operation(united ? name : "in_place " + name, arguments);
  note_operator(term, false);
  const Symbolic written = operand(0);
  write(written, term);
  set_result(written);
}

/// Of numbers of one floating dtype some operators are defined whatever the sizes. A number that goes with the tensor
/// must fit its dtype.
bool Evaluator::is_total(std::string_view name, std::span<const TermId> arguments) {
  if (!never_raises(name) || !is_floating(facts_[arguments[0]].dtype)) return false;
  if (!name.ends_with(".Scalar")) return true;
  constexpr double kFitsAnyDtype = 65504;
  const auto integer = terms_.integer_of(arguments[1]);
  const auto number = integer ? std::optional(static_cast<double>(*integer)) : terms_.floating_of(arguments[1]);
  return number && std::abs(*number) <= kFitsAnyDtype;
}

void Evaluator::evaluate_operator(std::string_view op) {
  const PureOperator* known = pure_operator(op);
  if (known == nullptr) stop("the proof does not know this operator");
  std::vector<TermId> arguments = argument_terms();
  require_no_training(op, arguments);
  if (evaluate_integer_tensor(op, arguments)) return;
  const std::string name = canonical_name(op, arguments);
  const TermId term = terms_.operation(name, arguments);
  const bool is_floating_division = std::ranges::find(kDividing, op) != kDividing.end() && !arguments.empty() &&
                                    is_floating(facts_[arguments[0]].dtype);
  const bool total = is_total(name, arguments);
  if (total || (known->raises_on_data && is_floating_division)) note_safe_by_dtype(term);
  if (!total) note_operator(term, known->raises_on_data && !is_floating_division);
  give_results(op, term, arguments, known->memory == Memory::view);
}

std::vector<std::uint32_t> Evaluator::storages_of(const Symbolic& value) const {
  if (value.kind == Symbolic::Kind::tensor) return {memory_.cell(value.index).storage};
  std::vector<std::uint32_t> storages;
  if (value.kind != Symbolic::Kind::list) return storages;
  for (const Symbolic& item : memory_.items(value.index)) {
    if (item.kind == Symbolic::Kind::tensor) storages.push_back(memory_.cell(item.index).storage);
  }
  return storages;
}

Symbolic Evaluator::give(TermId term, TypeId type, std::uint32_t storage) {
  const Type& known = graph_[type];
  if (known.kind == Type::Kind::tensor) return Symbolic::of(Symbolic::Kind::tensor, memory_.add_cell(term, storage));
  if (known.kind == Type::Kind::scalar) return Symbolic::scalar(term);
  stop("its results are of a kind that the proof does not follow");
}

void Evaluator::give_results(std::string_view op, TermId term, std::span<const TermId> arguments, bool shares_memory) {
  std::uint32_t storage = memory_.add_storage(SymbolicMemory::Storage::Owner::graph);
  if (shares_memory) {
    for (std::size_t i = 0; i < operands(); ++i) {
      const std::vector<std::uint32_t> shared = storages_of(operand(i));
      if (shared.empty()) continue;
      storage = shared.front();
      for (const Symbolic given = operand(i); given.kind == Symbolic::Kind::list;) {
        for (const Symbolic& item : memory_.items(given.index)) {
          if (item.kind == Symbolic::Kind::tensor) storage = memory_.join(memory_.cell(item.index).storage, storage);
        }
        break;
      }
      break;
    }
  }
  const std::vector<ValueId> results(graph_[graph_[node_].results].begin(), graph_[graph_[node_].results].end());
  note_maker(term);
  const auto item = [&](std::size_t i) {
    return terms_.operation("item", {term, terms_.integer(static_cast<std::int64_t>(i))});
  };
  if (results.size() == 1 && graph_[graph_[results[0]].type].kind == Type::Kind::list) {
    const auto length = list_length(op, arguments);
    if (!length) stop("how many tensors it gives is not known in this scope");
    std::vector<Symbolic> items;
    for (std::size_t i = 0; i < *length; ++i) {
      items.push_back(Symbolic::of(Symbolic::Kind::tensor, memory_.add_cell(item(i), storage)));
      note_maker(item(i));
    }
    return set_result(Symbolic::of(Symbolic::Kind::list, memory_.add_container(std::move(items))));
  }
  if (results.size() == 1) return set_result(give(term, graph_[results[0]].type, storage));
  for (std::size_t i = 0; i < results.size(); ++i) set_result(i, give(item(i), graph_[results[i]].type, storage));
}

/// How many tensors an operator gives as a list; where sizes leave it open, as many as the graph goes on to unpack.
std::optional<std::size_t> Evaluator::list_length(std::string_view op, std::span<const TermId> arguments) {
  constexpr std::int64_t kMost = 100'000;
  const auto elements = [&](std::size_t i) -> std::optional<std::size_t> {
    if (i >= arguments.size() || !terms_.is_operation(arguments[i], "list")) return std::nullopt;
    return terms_.arguments(arguments[i]).size();
  };
  if (op == "aten::split_with_sizes" || (op == "aten::split" && overload() == "sizes")) {
    if (const auto count = elements(1)) return count;
  }
  if (op == "aten::broadcast_tensors" || op == "aten::meshgrid") {
    if (const auto count = elements(0)) return count;
  }
  const bool cuts =
      op == "aten::chunk" || op == "aten::unsafe_chunk" || (op == "aten::split" && overload() == "Tensor");
  if ((cuts && arguments.size() == 3) || (op == "aten::unbind" && arguments.size() == 2)) {
    const auto dimension = terms_.integer_of(arguments.back());
    const auto size = dimension && facts_.rank(arguments[0]) ? terms_.integer_of(facts_.size(arguments[0], *dimension))
                                                             : std::nullopt;
    const auto parameter = cuts ? terms_.integer_of(arguments[1]) : std::optional<std::int64_t>(1);
    if (size && parameter && *size > 0 && *parameter > 0 && *size < kMost) {
      const std::int64_t piece = op.ends_with("chunk") ? (*size + *parameter - 1) / *parameter : *parameter;
      return static_cast<std::size_t>((*size + piece - 1) / piece);
    }
  }
  const ValueId result = graph_[graph_[node_].results][0];
  std::optional<std::size_t> unpacked;
  for (const Use& use : graph_.uses(result)) {
    if (!use.user || graph_[graph_[use.user].op] != "prim::ListUnpack") return std::nullopt;
    const std::size_t count = graph_[use.user].results.count;
    if (unpacked.value_or(count) != count) return std::nullopt;
    unpacked = count;
  }
  if (!unpacked) return std::nullopt;
  // Unpacking raises where there are more or fewer.
  const TermId list = terms_.operation("unpack", arguments);
  note_may_raise(terms_.operation("into", {list, terms_.integer(static_cast<std::int64_t>(*unpacked))}));
  return unpacked;
}

}  // namespace graphwitness::proof
