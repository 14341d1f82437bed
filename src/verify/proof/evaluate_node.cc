#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "verify/proof/evaluator.h"
#include "verify/proof/pure_operators.h"
#include "verify/proof/scalars.h"

namespace graphwitness::proof {
namespace {

constexpr std::array<std::string_view, 10> kWithNumber{"aten::add", "aten::sub", "aten::mul", "aten::div", "aten::eq",
                                                       "aten::ne",  "aten::lt",  "aten::le",  "aten::gt",  "aten::ge"};
constexpr std::array<std::string_view, 5> kDividing{"aten::div", "aten::floor_divide", "aten::fmod", "aten::pow",
                                                    "aten::remainder"};
constexpr std::array<std::string_view, 9> kReadTensor{"aten::Bool",  "aten::Int",         "aten::Float",
                                                      "aten::item",  "aten::IntImplicit", "aten::FloatImplicit",
                                                      "aten::equal", "aten::allclose",    "aten::is_nonzero"};
constexpr std::array<std::string_view, 8> kNeverHere{"prim::is_cuda",   "prim::is_xpu",   "prim::is_mps",
                                                     "prim::is_meta",   "prim::is_ort",   "prim::is_ipu",
                                                     "prim::is_vulkan", "prim::is_nested"};

template <std::size_t N>
bool is_in(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

std::optional<std::int64_t> code_of(DType dtype) {
  constexpr std::array kCodes{DType::u8,  DType::i8,  DType::i16, DType::i32, DType::i64,  DType::f16,
                              DType::f32, DType::f64, DType::c32, DType::c64, DType::c128, DType::boolean};
  const auto found = std::ranges::find(kCodes, dtype);
  if (found != kCodes.end()) return found - kCodes.begin();
  return dtype == DType::bf16 ? std::optional<std::int64_t>(15) : std::nullopt;
}

bool is_in_place(std::string_view op) { return op.starts_with("aten::") && op.ends_with('_') && !op.ends_with("__"); }

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

bool Evaluator::evaluate_structure(std::string_view op) {
  if (op == "prim::Constant") {
    const auto attributes = graph_[graph_[node_].attributes];
    const auto found =
        std::ranges::find_if(attributes, [&](const Attribute& one) { return graph_[one.name] == "value"; });
    if (found == attributes.end()) stop("a constant has no value");
    set_result(constant(found->value));
    return true;
  }
  if (op == "prim::GetAttr") {
    evaluate_attribute();
    return true;
  }
  if (op == "prim::unchecked_cast" || op == "prim::unchecked_unwrap_optional" || op == "aten::_unwrap_optional") {
    const Symbolic given = operand(0);
    const bool may_be_none = given.kind == Symbolic::Kind::scalar && !terms_.is_plain_constant(given.term);
    if (given.kind == Symbolic::Kind::scalar && terms_.is_none(given.term)) stop("it unwraps `None`");
    if (may_be_none && op == "aten::_unwrap_optional") note_may_raise(terms_.operation("unwrap", {given.term}));
    set_result(given);
    return true;
  }
  if (op == "prim::Uninitialized") {
    set_result(Symbolic::scalar(terms_.unique()));
    return true;
  }
  if (op == "prim::ListConstruct" || op == "prim::TupleConstruct" || op == "prim::DictConstruct") {
    std::vector<Symbolic> items;
    for (std::size_t i = 0; i < operands(); ++i) items.push_back(operand(i));
    const auto kind = op == "prim::ListConstruct"    ? Symbolic::Kind::list
                      : op == "prim::TupleConstruct" ? Symbolic::Kind::tuple
                                                     : Symbolic::Kind::dict;
    if (kind == Symbolic::Kind::dict) {
      for (std::size_t i = 0; i < items.size(); i += 2) {
        const bool known = items[i].kind == Symbolic::Kind::scalar && terms_.is_plain_constant(items[i].term);
        if (!known || std::ranges::count(items, items[i]) != 1) stop("the keys of a dict are not known");
      }
    }
    set_result(Symbolic::of(kind, memory_.add_container(std::move(items))));
    return true;
  }
  if (op == "prim::TupleUnpack" || op == "prim::ListUnpack") {
    unpack(operand(0));
    return true;
  }
  if (op == "prim::TupleIndex") {
    const Symbolic tuple = operand(0);
    const auto index = terms_.integer_of(term_of(operand(1)));
    if (tuple.kind != Symbolic::Kind::tuple || !index) stop("it takes a field of a tuple that is not known");
    const auto& items = memory_.items(tuple.index);
    const std::int64_t at = *index < 0 ? *index + static_cast<std::int64_t>(items.size()) : *index;
    if (at < 0 || at >= static_cast<std::int64_t>(items.size())) stop("it takes a field that the tuple does not have");
    set_result(items[static_cast<std::size_t>(at)]);
    return true;
  }
  return false;
}

void Evaluator::unpack(const Symbolic& from) {
  const std::size_t count = graph_[node_].results.count;
  if (from.kind != Symbolic::Kind::list && from.kind != Symbolic::Kind::tuple)
    stop("it unpacks a list that is not known");
  const std::vector<Symbolic> items = memory_.items(from.index);
  if (items.size() != count) stop(fmt::format("it unpacks {} values into {}, which raises", items.size(), count));
  for (std::size_t i = 0; i < count; ++i) set_result(i, items[i]);
}

/// A container that nobody else holds, so that it may be changed.
void Evaluator::require_own(const Symbolic& container) const {
  if (frozen_.contains(container.index)) stop("it changes a list or dict that belongs to the model or the caller");
  const Frame* open = open_frame();
  if (open != nullptr && container.index < open->open->first_container) {
    stop("it changes a list or dict in a branch that this scope leaves open");
  }
}

bool Evaluator::evaluate_container(std::string_view op) {
  if (operands() == 0) return false;
  const Symbolic holder = operand(0);
  const bool is_list = holder.kind == Symbolic::Kind::list;
  const bool is_dict = holder.kind == Symbolic::Kind::dict;
  if (!is_list && !is_dict && holder.kind != Symbolic::Kind::tuple) return false;
  const auto index_of = [&](std::size_t operand_index) -> std::size_t {
    const auto index = terms_.integer_of(term_of(operand(operand_index)));
    const auto size = static_cast<std::int64_t>(memory_.items(holder.index).size());
    if (!index) stop("the index into a list is not known");
    const std::int64_t at = *index < 0 ? *index + size : *index;
    if (at < 0 || at >= size) stop("the index into a list is out of range, which raises");
    return static_cast<std::size_t>(at);
  };
  const auto key_place = [&](std::size_t operand_index) -> std::optional<std::size_t> {
    const Symbolic key = operand(operand_index);
    if (key.kind != Symbolic::Kind::scalar || !terms_.is_plain_constant(key.term))
      stop("the key of a dict is not known");
    const auto& items = memory_.items(holder.index);
    for (std::size_t i = 0; i < items.size(); i += 2) {
      if (items[i] == key) return i;
    }
    return std::nullopt;
  };
  const auto set_list = [&](std::vector<Symbolic> items) {
    set_result(Symbolic::of(Symbolic::Kind::list, memory_.add_container(std::move(items))));
    return true;
  };
  const std::vector<Symbolic> items = memory_.items(holder.index);

  if (op == "aten::len") {
    set_result(Symbolic::scalar(terms_.integer(static_cast<std::int64_t>(is_dict ? items.size() / 2 : items.size()))));
    return true;
  }
  if (op == "aten::__getitem__" && is_list) {
    set_result(items[index_of(1)]);
    return true;
  }
  if (op == "aten::__getitem__" && is_dict) {
    const auto place = key_place(1);
    if (!place) stop("a dict has no such key, which raises");
    set_result(items[*place + 1]);
    return true;
  }
  if (op == "aten::__contains__" && is_dict) {
    set_result(Symbolic::scalar(terms_.boolean(key_place(1).has_value())));
    return true;
  }
  if (op == "aten::__contains__" && is_list) {
    const Symbolic wanted = operand(1);
    const auto is_known = [&](const Symbolic& one) {
      return one.kind == Symbolic::Kind::scalar && terms_.is_plain_constant(one.term) &&
             terms_[one.term].kind == terms_[wanted.term].kind;
    };
    if (wanted.kind != Symbolic::Kind::scalar || !is_known(wanted) || !std::ranges::all_of(items, is_known))
      return false;
    set_result(Symbolic::scalar(terms_.boolean(std::ranges::find(items, wanted) != items.end())));
    return true;
  }
  if (op == "aten::_set_item" && is_dict) {
    require_own(holder);
    const auto place = key_place(1);
    const Symbolic added = operand(2);
    auto& own = memory_.items(holder.index);
    if (place) {
      own[*place + 1] = added;
    } else {
      own.push_back(operand(1));
      own.push_back(added);
    }
    return true;
  }
  if (op == "aten::_set_item" && is_list) {
    require_own(holder);
    memory_.items(holder.index)[index_of(1)] = operand(2);
    set_result(holder);
    return true;
  }
  if (op == "aten::append" && is_list) {
    require_own(holder);
    memory_.items(holder.index).push_back(operand(1));
    set_result(holder);
    return true;
  }
  if (is_list && (op == "aten::list" || op == "aten::copy")) return set_list(items);
  if (is_list && op == "aten::add" && operand(1).kind == Symbolic::Kind::list) {
    std::vector<Symbolic> joined = items;
    const auto& more = memory_.items(operand(1).index);
    joined.insert(joined.end(), more.begin(), more.end());
    return set_list(std::move(joined));
  }
  if (is_list && op == "aten::slice") {  // list, start, end, step
    const auto bound = [&](std::size_t i, std::int64_t otherwise) -> std::int64_t {
      const TermId term = term_of(operand(i));
      if (terms_.is_none(term)) return otherwise;
      const auto value = terms_.integer_of(term);
      if (!value) stop("the bounds of a list's part are not known");
      return *value;
    };
    const auto size = static_cast<std::int64_t>(items.size());
    const auto clip = [&](std::int64_t at) { return std::clamp(at < 0 ? at + size : at, std::int64_t{0}, size); };
    const std::int64_t step = bound(3, 1);
    if (step <= 0) stop("a list is taken in part, backwards");
    std::vector<Symbolic> part;
    const std::int64_t end = clip(bound(2, size));
    for (std::int64_t i = clip(bound(1, 0)); i < end; i += step) {
      part.push_back(items[static_cast<std::size_t>(i)]);
      if (step >= size) break;
    }
    return set_list(std::move(part));
  }
  if (is_list && (op == "aten::eq" || op == "aten::ne")) {
    const Symbolic other = operand(1);
    if (other.kind != Symbolic::Kind::list) return false;
    const auto& more = memory_.items(other.index);
    const auto is_integer = [&](const Symbolic& one) {
      return one.kind == Symbolic::Kind::scalar && terms_.integer_of(one.term).has_value();
    };
    if (items.size() == more.size() &&
        (!std::ranges::all_of(items, is_integer) || !std::ranges::all_of(more, is_integer))) {
      // Equal terms are equal numbers; different symbols may be.
      const TermId left = term_of(holder);
      const TermId right = term_of(other);
      if (left != right) {
        set_result(Symbolic::scalar(terms_.operation(std::string(op) + ".list", {left, right})));
        return true;
      }
      const auto is_number = [&](const Symbolic& one) { return one.kind == Symbolic::Kind::scalar; };
      if (!std::ranges::all_of(items, is_number)) return false;
    }
    set_result(Symbolic::scalar(terms_.boolean((items == more) == (op == "aten::eq"))));
    return true;
  }
  return false;
}

bool Evaluator::evaluate_metadata(std::string_view op) {
  auto& assume = vocabulary_.assumptions;
  if (op == "aten::is_grad_enabled" || op == "aten::is_autocast_enabled") {
    assume.insert(Assumption::gradient);
    set_result(Symbolic::scalar(terms_.boolean(false)));
    return true;
  }
  if (operands() == 0 || operand(0).kind != Symbolic::Kind::tensor) return false;
  const auto give = [&](TermId term) {
    set_result(Symbolic::scalar(term));
    return true;
  };
  const std::string name(op);
  if (op == "aten::dim" || op == "aten::ndimension") {
    const TermId tensor = read(operand(0));
    const auto rank = facts_.rank(tensor);
    if (!rank) return give(terms_.operation("aten::dim", {tensor}));
    assume.insert(Assumption::rank);
    return give(terms_.integer(*rank));
  }
  if (op == "aten::size" && operands() == 2) {
    const TermId tensor = read(operand(0));
    const auto dimension = terms_.integer_of(term_of(operand(1)));
    if (!dimension) return give(terms_.operation("size.computed", {tensor, term_of(operand(1))}));
    const auto rank = facts_.rank(tensor);
    const bool fits = rank && *dimension < *rank && *dimension >= -*rank;
    if (rank && !fits)
      stop(fmt::format("it reads size {} of a tensor with {} dimensions, which raises", *dimension, *rank));
    const TermId size = facts_.size(tensor, *dimension);
    if (!rank) note_may_raise(size);
    return give(size);
  }
  if (op == "aten::len") {
    const TermId size = facts_.size(read(operand(0)), 0);
    if (!facts_.rank(read(operand(0)))) note_may_raise(size);
    return give(size);
  }
  if (op == "aten::size" && operands() == 1) {
    const TermId tensor = read(operand(0));
    const auto rank = facts_.rank(tensor);
    if (!rank) return give(terms_.operation("aten::size", {tensor}));
    std::vector<Symbolic> sizes;
    for (std::int64_t i = 0; i < *rank; ++i) sizes.push_back(Symbolic::scalar(facts_.size(tensor, i)));
    set_result(Symbolic::of(Symbolic::Kind::list, memory_.add_container(std::move(sizes))));
    return true;
  }
  if (op == "aten::numel") {
    const TermId tensor = read(operand(0));
    const auto rank = facts_.rank(tensor);
    if (!rank) return give(terms_.operation("aten::numel", {tensor}));
    TermId product = terms_.integer(1);
    for (std::int64_t i = 0; i < *rank; ++i) product = multiply_sizes(terms_, product, facts_.size(tensor, i));
    return give(product);
  }
  if (op == "prim::dtype") {
    const TermId tensor = read(operand(0));
    const auto code = code_of(facts_[tensor].dtype);
    if (!code) return give(terms_.operation(name, {tensor}));
    assume.insert(Assumption::dtype);
    return give(terms_.integer(*code));
  }
  if (op == "aten::is_floating_point" || op == "aten::is_complex") {
    const TermId tensor = read(operand(0));
    const DType dtype = facts_[tensor].dtype;
    if (dtype == DType::unknown) return give(terms_.operation(name, {tensor}));
    assume.insert(Assumption::dtype);
    const bool is_complex = dtype == DType::c32 || dtype == DType::c64 || dtype == DType::c128;
    return give(terms_.boolean(op == "aten::is_complex" ? is_complex : is_floating(dtype)));
  }
  if (op == "prim::device") {
    assume.insert(Assumption::device);
    return give(terms_.device("cpu"));
  }
  if (is_in(kNeverHere, op) || op == "prim::is_cpu" || op == "prim::is_sparse" || op == "prim::is_sparse_csr" ||
      op == "prim::is_mkldnn") {
    assume.insert(Assumption::device);
    return give(terms_.boolean(op == "prim::is_cpu"));
  }
  if (op == "prim::is_quantized") {
    assume.insert(Assumption::dtype);
    return give(terms_.boolean(false));
  }
  const bool is_input = terms_[read(operand(0))].kind == Term::Kind::input;
  // Inputs may need a gradient: no example shows it.
  if (op == "prim::requires_grad") return give(terms_.operation(name, {read(operand(0))}));
  if (op == "aten::is_contiguous") {
    if (!is_input || operands() != 1) stop("it asks for the memory layout of a tensor that is no input");
    assume.insert(Assumption::strides);
    return give(terms_.boolean(true));
  }
  return false;
}

/// The number in a tensor without dimensions that is a constant, or was made of a size.
std::optional<TermId> Evaluator::number_in(TermId tensor) {
  if (const auto integer = integer_in(tensor)) return integer;
  if (terms_[tensor].kind != Term::Kind::content) return std::nullopt;
  const auto floating = vocabulary_.contents.floating_of(static_cast<std::uint32_t>(terms_[tensor].bits));
  return floating ? std::optional(terms_.floating(*floating)) : std::nullopt;
}

/// As number_in, of tensors of int64; of an integer itself, that.
std::optional<TermId> Evaluator::integer_in(TermId term) {
  if (terms_.integer_of(term)) return term;
  if (terms_.is_operation(term, "number")) return terms_.arguments(term)[0];
  if (terms_[term].kind != Term::Kind::content) return std::nullopt;
  const auto integer = vocabulary_.contents.integer_of(static_cast<std::uint32_t>(terms_[term].bits));
  return integer ? std::optional(terms_.integer(*integer)) : std::nullopt;
}

bool Evaluator::evaluate_number(std::string_view op) {
  if (operands() == 0) return false;
  if (op == "prim::NumToTensor") {
    const TermId number = term_of(operand(0));
    const ValueId given = graph_[graph_[node_].operands][0];
    const Type& type = graph_[graph_[given].type];
    const bool is_integer = type.kind == Type::Kind::scalar && type.dtype == DType::i64;
    set_result(fresh_tensor(terms_.operation(is_integer ? "number" : "number.other", {number})));
    return true;
  }
  if (operand(0).kind != Symbolic::Kind::tensor) return false;
  if (!is_in(kReadTensor, op) && op != "aten::ScalarImplicit") return false;
  const TermId tensor = read(operand(0));
  const bool as_is = op == "aten::ScalarImplicit" || op == "aten::item";
  if (const auto known = operands() == 1 ? number_in(tensor) : std::nullopt) {
    const bool is_integer = terms_.floating_of(*known) == std::nullopt;
    const bool takes_integer = op == "aten::Int" || op == "aten::IntImplicit" || as_is;
    if (is_integer && takes_integer) {
      set_result(Symbolic::scalar(*known));
      return true;
    }
    if (!is_integer && (as_is || op == "aten::Float" || op == "aten::FloatImplicit")) {
      set_result(Symbolic::scalar(*known));
      return true;
    }
    if (const auto folded = fold_scalar(terms_, op, std::array{*known})) {
      set_result(Symbolic::scalar(*folded));
      return true;
    }
  }
  const TermId term = terms_.operation(std::string(op) + "." + overload(), argument_terms());
  // NaN, and what is too large, is no integer.
  const bool makes_integer = op == "aten::Int" || op == "aten::IntImplicit";
  const DType dtype = facts_[tensor].dtype;
  const bool is_whole = is_integer(dtype) || dtype == DType::boolean;
  if (makes_integer && is_whole) note_safe_by_dtype(term);
  note_operator(term, makes_integer && !is_whole);
  set_result(Symbolic::scalar(term));
  return true;
}

bool Evaluator::evaluate_scalar(std::string_view op) {
  if (operands() == 0) return false;
  if (op == "aten::__is__" || op == "aten::__isnot__") {
    const Symbolic& left = operand(0);
    const Symbolic& right = operand(1);
    const auto is_none = [&](const Symbolic& one) {
      return one.kind == Symbolic::Kind::scalar && terms_.is_none(one.term);
    };
    const bool one_is_thing = left.kind != Symbolic::Kind::scalar || right.kind != Symbolic::Kind::scalar;
    if (one_is_thing && (is_none(left) || is_none(right))) {
      set_result(Symbolic::scalar(terms_.boolean(op == "aten::__isnot__")));
      return true;
    }
    if (one_is_thing && left == right) {
      set_result(Symbolic::scalar(terms_.boolean(op == "aten::__is__")));
      return true;
    }
    const auto is_input = [&](const Symbolic& one) {
      return one.kind == Symbolic::Kind::tensor && std::ranges::find(input_cells_, one.index) != input_cells_.end();
    };
    if (is_input(left) && is_input(right)) {
      vocabulary_.assumptions.insert(Assumption::memory);
      set_result(Symbolic::scalar(terms_.boolean(op == "aten::__isnot__")));
      return true;
    }
    if (one_is_thing) stop("it asks whether two values are the same object");
  }
  for (std::size_t i = 0; i < operands(); ++i) {
    const bool is_text = op == "aten::format" || op == "aten::percentFormat";
    if (operand(i).kind != Symbolic::Kind::scalar && !is_text) return false;
  }
  if (op == "aten::format" || op == "aten::percentFormat") {
    set_result(Symbolic::scalar(terms_.unique()));
    return true;
  }
  const std::vector<TermId> arguments = argument_terms();
  if (op == "aten::len" && terms_[arguments[0]].kind == Term::Kind::string) {
    set_result(Symbolic::scalar(terms_.integer(static_cast<std::int64_t>(terms_.name(arguments[0]).size()))));
    return true;
  }
  if (const auto folded = fold_scalar(terms_, op, arguments)) {
    set_result(Symbolic::scalar(*folded));
    return true;
  }
  const auto term = scalar_term(terms_, op, overload(), arguments);
  if (!term) return false;
  if (scalar_may_raise(terms_, op, arguments)) note_may_raise(*term);
  set_result(Symbolic::scalar(*term));
  return true;
}

bool Evaluator::evaluate_dropout(std::string_view op) {
  const std::string_view base = is_in_place(op) ? op.substr(0, op.size() - 1) : op;
  const bool is_dropout = base == "aten::dropout" || base == "aten::feature_dropout" || base == "aten::alpha_dropout" ||
                          base == "aten::feature_alpha_dropout";
  if (!is_dropout) return false;
  if (operands() != 3 || terms_.boolean_of(term_of(operand(2))) != false)
    stop("dropout that runs in training mode is random");
  set_result(operand(0));
  return true;
}

void Evaluator::require_no_training(std::string_view op, std::span<const TermId> arguments) const {
  const auto flag = [&](std::size_t i) {
    return i < arguments.size() ? terms_.boolean_of(arguments[i]) : std::nullopt;
  };
  if (op == "aten::batch_norm" || op == "aten::instance_norm") {
    const bool has_statistics = arguments.size() > 3 && !terms_.is_none(arguments[3]);
    if (!flag(5)) stop("whether it normalises by its input is not known");
    if (*flag(5) && has_statistics) stop("it changes its running statistics when it runs");
  }
  const bool recurrent = op == "aten::lstm" || op == "aten::gru" || op == "aten::rnn_tanh" || op == "aten::rnn_relu";
  if (!recurrent) return;
  // The flag for training stands behind the rate of dropout, which is the only floating number.
  for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
    const auto rate = terms_.floating_of(arguments[i]);
    if (rate && (flag(i + 1) == false || *rate == 0)) return;
  }
  stop("a recurrent layer with dropout that runs in training mode is random");
}

/// Arguments of `_convolution` as those of "convolution", without the flags that choose an implementation.
void Evaluator::make_convolution(std::string_view op, std::vector<TermId>& arguments) {
  const bool transposed = op.starts_with("aten::conv_transpose");
  const TermId zero = terms_.integer(0);
  if (op == "aten::_convolution") {
    if (arguments.size() < 9) stop("it has too few arguments");
    arguments.resize(9);
  } else if (transposed) {  // input, weight, bias, stride, padding, output_padding, groups, dilation
    if (arguments.size() != 8) stop("it has other arguments than expected");
    arguments = {arguments[0], arguments[1],         arguments[2], arguments[3], arguments[4],
                 arguments[7], terms_.boolean(true), arguments[5], arguments[6]};
  } else {  // input, weight, bias, stride, padding, dilation, groups
    if (arguments.size() != 7) stop("it has other arguments than expected");
    arguments = {arguments[0], arguments[1], arguments[2],          arguments[3],
                 arguments[4], arguments[5], terms_.boolean(false), terms_.operation("list", {zero}),
                 arguments[6]};
  }
  // Lists of one element stand for as many as there are dimensions.
  const auto rank = facts_.rank(arguments[1]);
  if (!rank || *rank < 3) return;
  for (const std::size_t i : {3U, 4U, 5U, 7U}) {
    if (!terms_.is_operation(arguments[i], "list") || terms_.arguments(arguments[i]).size() != 1) continue;
    const std::vector<TermId> repeated(static_cast<std::size_t>(*rank - 2), terms_.arguments(arguments[i])[0]);
    arguments[i] = terms_.operation("list", repeated);
  }
}

/// Fills in what factories take where nothing is given: dtype (of those that are like another tensor), layout, device
/// and pinning, which stand together at the end.
void Evaluator::complete_factory(std::string_view op, std::vector<TermId>& arguments) {
  const bool is_like = op.ends_with("_like");
  const bool is_new = op.starts_with("aten::new_");
  const bool is_plain = op == "aten::zeros" || op == "aten::ones" || op == "aten::full" || op == "aten::arange" ||
                        op == "aten::eye" || op == "aten::linspace";
  if (!is_like && !is_new && !is_plain) return;
  const std::size_t tail = is_like ? 5 : 4;
  if (arguments.size() < tail) return;
  const std::size_t first = arguments.size() - tail;
  if ((is_like || is_new) && terms_.is_none(arguments[first])) {
    if (const auto code = code_of(facts_[arguments[0]].dtype)) {
      arguments[first] = terms_.integer(*code);
      vocabulary_.assumptions.insert(Assumption::dtype);
    }
  }
  if (terms_.is_none(arguments[first + 1])) arguments[first + 1] = terms_.integer(0);
  if (terms_.is_none(arguments[first + 2])) {
    arguments[first + 2] = terms_.device("cpu");
    if (is_like || is_new) vocabulary_.assumptions.insert(Assumption::device);
  }
  if (terms_.is_none(arguments[first + 3])) arguments[first + 3] = terms_.boolean(false);
}

/// One name for overloads that compute the same, with their arguments in one form.
std::string Evaluator::canonical_name(std::string_view op, std::vector<TermId>& arguments) {
  if (op.starts_with("aten::conv") || op == "aten::_convolution") {
    const std::string which = overload();
    if (op == "aten::concat" || op == "aten::contiguous" || which == "padding") {
      return which.empty() ? std::string(op) : fmt::format("{}.{}", op, which);
    }
    make_convolution(op, arguments);
    return "convolution";
  }
  if (is_in(kWithNumber, op) && arguments.size() >= 2 && operand(0).kind == Symbolic::Kind::tensor) {
    if (operand(1).kind == Symbolic::Kind::scalar) return fmt::format("{}.Scalar", op);
    const TensorFacts& left = facts_[arguments[0]];
    const auto number = number_in(arguments[1]);
    // With another tensor of more dimensions, a number and a tensor that holds it make the same dtype, unless the
    // number is of a higher kind.
    const bool same = number && left.ranked && !left.sizes.empty() &&
                      (is_floating(left.dtype) || (is_integer(left.dtype) && !terms_.floating_of(*number)));
    if (!same) return std::string(op);
    vocabulary_.assumptions.insert(Assumption::dtype);
    arguments[1] = *number;
    return fmt::format("{}.Scalar", op);
  }
  complete_factory(op, arguments);
  if (op == "aten::slice" && arguments.size() == 5) {
    if (terms_.is_none(arguments[2])) arguments[2] = terms_.integer(0);
    if (terms_.is_none(arguments[3])) arguments[3] = terms_.integer(std::numeric_limits<std::int64_t>::max());
  }
  const std::string which = overload();
  if (which == "out" || which.ends_with("_out")) stop("it writes its result into a tensor that it is given");
  return which.empty() ? std::string(op) : fmt::format("{}.{}", op, which);
}

/// Arithmetic that a trace does on sizes: int64 tensors without dimensions, as Python does on integers.
bool Evaluator::evaluate_integer_tensor(std::string_view op, std::span<const TermId> arguments) {
  const bool sums =
      (op == "aten::add" || op == "aten::sub") && arguments.size() == 3 && terms_.integer_of(arguments[2]) == 1;
  const bool others =
      (op == "aten::mul" || op == "aten::floor_divide" || op == "aten::remainder") && arguments.size() == 2;
  if ((!sums && !others) || operand(0).kind != Symbolic::Kind::tensor) return false;
  const auto left = integer_in(arguments[0]);
  const auto right = integer_in(arguments[1]);
  if (!left || !right) return false;
  if (op == "aten::floor_divide" || op == "aten::remainder") {
    // Rounding and signs differ between versions; of what is not negative there is one answer.
    if (!is_never_negative(terms_, *left) || terms_.integer_of(*right).value_or(0) <= 0) return false;
  }
  const std::string_view python = op == "aten::floor_divide" ? "aten::floordiv" : op;
  const std::array operands{*left, *right};
  auto result = fold_scalar(terms_, python, operands);
  if (!result) result = scalar_term(terms_, python, "int", operands);
  if (!result) return false;
  set_result(fresh_tensor(terms_.operation("number", {*result})));
  return true;
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
  const bool is_floating_division =
      is_in(kDividing, op) && !arguments.empty() && is_floating(facts_[arguments[0]].dtype);
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
