#pragma once
/// Two values, whole: kinds, lengths, keys, dtypes, shapes and numbers, output by output.

#include <string>
#include <vector>

#include "exec/compare/elements.h"
#include "exec/compare/tolerance.h"
#include "exec/value.h"
#include "graphwitness/findings/comparison.h"

namespace graphwitness::exec {

/// One place where there is something to compare, or where the values part ways.
struct Leaf {
  std::string name;
  Difference difference = Difference::none;
  std::string reference{};  ///< what is there: "float32[10, 20]", "a tuple of 2"
  std::string candidate{};
  ElementComparison elements{};
};

/// A value that is no container is named "0"; the items of a container are "0", "1.logits"; with `prefix` before.
/// Dicts may have their keys in any order.
std::vector<Leaf> compare_values(const Value& reference, const Value& candidate, const ChosenTolerance& tolerance,
                                 const std::string& prefix = "");

/// The same, for one output of this name; its leaves are added.
void compare_named(const std::string& name, const Value& reference, const Value& candidate,
                   const ChosenTolerance& tolerance, std::vector<Leaf>& leaves);

/// The key or position of an item in an output's name.
std::string item_name(const std::string& container, const std::string& item);
std::string key_name(const Value& key);

}  // namespace graphwitness::exec
