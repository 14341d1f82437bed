#include "exec/compare/structure.h"

#include <fmt/format.h>

#include <cmath>
#include <optional>
#include <utility>

namespace graphwitness::exec {
namespace {

using Kind = Value::Kind;

bool same_key(const Value& a, const Value& b) {
  return a.kind == b.kind && a.integer == b.integer && a.real == b.real && a.text == b.text &&
         (a.kind != Kind::tensor || a.tensor == b.tensor);
}

/// The value under a key; null if there is none.
const Value* find(const Value& dict, const Value& key) {
  for (std::size_t i = 0; i + 1 < dict.items.size(); i += 2) {
    if (same_key(dict.items[i], key)) return &dict.items[i + 1];
  }
  return nullptr;
}

class Walk {
 public:
  Walk(const ChosenTolerance& tolerance, std::vector<Leaf>& leaves) : tolerance_(tolerance), leaves_(leaves) {}

  /// Values are at most kDeepestValue deep, so recursion is.
  void compare(const std::string& name, const Value& reference, const Value& candidate) {
    if (reference.kind != candidate.kind) return differ(name, Difference::structure, reference, candidate);
    switch (reference.kind) {
      case Kind::tensor:
        return compare_tensors(name, reference, candidate);
      case Kind::list:
      case Kind::tuple:
        return compare_items(name, reference, candidate);
      case Kind::dict:
        return compare_dicts(name, reference, candidate);
      default:
        return compare_scalars(name, reference, candidate);
    }
  }

 private:
  static std::string shown(const std::string& name) { return name.empty() ? "0" : name; }

  void differ(const std::string& name, Difference difference, const Value& reference, const Value& candidate) {
    leaves_.push_back({shown(name), difference, describe(reference), describe(candidate), {}});
  }

  void compare_tensors(const std::string& name, const Value& reference, const Value& candidate) {
    const Tensor& a = reference.tensor;
    const Tensor& b = candidate.tensor;
    if (a.sizes != b.sizes) return differ(name, Difference::shape, reference, candidate);
    if (a.dtype == DType::string || b.dtype == DType::string) return compare_strings(name, reference, candidate);
    const ElementComparison elements = compare_elements(a, b, tolerance_for(a.dtype, tolerance_));
    Difference difference = elements.mismatched == 0 ? Difference::none : Difference::value;
    if (a.dtype != b.dtype) difference = Difference::dtype;
    leaves_.push_back({shown(name), difference, describe(reference), describe(candidate), elements});
  }

  void compare_strings(const std::string& name, const Value& reference, const Value& candidate) {
    const Tensor& a = reference.tensor;
    const Tensor& b = candidate.tensor;
    if (a.dtype != b.dtype) return differ(name, Difference::dtype, reference, candidate);
    Leaf leaf{shown(name), Difference::none, describe(reference), describe(candidate), {.total = a.strings.size()}};
    for (std::size_t i = 0; i < a.strings.size(); ++i) {
      if (a.strings[i] == b.strings[i]) continue;
      if (leaf.elements.mismatched++ != 0) continue;
      leaf.difference = Difference::value;  // there is no largest one: the first is shown
      leaf.reference += fmt::format(" with {} as element {}", describe(Value::of(a.strings[i])), i);
      leaf.candidate += fmt::format(" with {}", describe(Value::of(b.strings[i])));
    }
    leaves_.push_back(std::move(leaf));
  }

  void compare_items(const std::string& name, const Value& reference, const Value& candidate) {
    if (reference.items.size() != candidate.items.size()) {
      return differ(name, Difference::structure, reference, candidate);
    }
    for (std::size_t i = 0; i < reference.items.size(); ++i) {
      compare(item_name(name, std::to_string(i)), reference.items[i], candidate.items[i]);
    }
  }

  void compare_dicts(const std::string& name, const Value& reference, const Value& candidate) {
    bool same_keys = reference.items.size() == candidate.items.size();
    for (std::size_t i = 0; same_keys && i < reference.items.size(); i += 2) {
      same_keys = find(candidate, reference.items[i]) != nullptr;
    }
    if (!same_keys) return differ(name, Difference::structure, reference, candidate);
    for (std::size_t i = 0; i < reference.items.size(); i += 2) {
      compare(item_name(name, key_name(reference.items[i])), reference.items[i + 1],
              *find(candidate, reference.items[i]));
    }
  }

  void compare_scalars(const std::string& name, const Value& reference, const Value& candidate) {
    Leaf leaf{shown(name), Difference::none, describe(reference), describe(candidate), {}};
    bool near = reference.text == candidate.text && reference.integer == candidate.integer;
    leaf.elements.total = 1;
    if (reference.kind == Kind::floating || reference.kind == Kind::complex) {
      // Python's numbers are doubles: one-element tensors of these say the same.
      const Tensor a = as_tensor(reference);
      const Tensor b = as_tensor(candidate);
      leaf.elements = compare_elements(a, b, tolerance_for(a.dtype, tolerance_));
      near = leaf.elements.mismatched == 0;
    } else if (reference.kind == Kind::integer) {
      const double distance = static_cast<double>(candidate.integer) - static_cast<double>(reference.integer);
      leaf.elements.max_abs = std::abs(distance);
    }
    if (!near) {
      leaf.difference = Difference::value;
      leaf.elements.mismatched = 1;
    }
    leaves_.push_back(std::move(leaf));
  }

  static Tensor as_tensor(const Value& number) {
    const auto bytes = [](double value) { return std::string(reinterpret_cast<const char*>(&value), sizeof value); };
    if (number.kind == Kind::floating) return {.dtype = DType::f64, .sizes = {}, .bytes = bytes(number.real)};
    return {.dtype = DType::c128, .sizes = {}, .bytes = bytes(number.real) + bytes(number.imaginary)};
  }

  const ChosenTolerance& tolerance_;
  std::vector<Leaf>& leaves_;
};

}  // namespace

std::string item_name(const std::string& container, const std::string& item) {
  return container.empty() ? item : container + "." + item;
}

std::string key_name(const Value& key) { return key.kind == Kind::string ? key.text : describe(key); }

void compare_named(const std::string& name, const Value& reference, const Value& candidate,
                   const ChosenTolerance& tolerance, std::vector<Leaf>& leaves) {
  Walk(tolerance, leaves).compare(name, reference, candidate);
}

std::vector<Leaf> compare_values(const Value& reference, const Value& candidate, const ChosenTolerance& tolerance,
                                 const std::string& prefix) {
  std::vector<Leaf> leaves;
  const bool containers = reference.is_container() && reference.kind == candidate.kind;
  Walk(tolerance, leaves).compare(containers || prefix.empty() ? prefix : item_name(prefix, "0"), reference, candidate);
  return leaves;
}

}  // namespace graphwitness::exec
