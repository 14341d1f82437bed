#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "verify/proof/evaluator.h"

namespace graphwitness::proof {

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

}  // namespace graphwitness::proof
