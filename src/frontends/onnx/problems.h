#pragma once
/// What the loader met that is wrong in the model but does not keep it from being read; ends up as properties
/// `problem`.
///
/// Rules report them. Only the first hundred are kept; the last one then says how many more there were.

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "graphwitness/ir/builder.h"

namespace graphwitness {

class Problems {
 public:
  void add(std::string what) {
    if (problems_.size() < kMost) problems_.push_back(std::move(what));
    ++count_;
  }

  void write(GraphBuilder& builder) const {
    for (const std::string& problem : problems_) builder.add_property("problem", problem);
    if (count_ > problems_.size()) {
      builder.add_property("problem", std::to_string(count_ - problems_.size()) + " more problems of this kind");
    }
  }

 private:
  static constexpr std::size_t kMost = 100;
  std::vector<std::string> problems_;
  std::size_t count_ = 0;
};

}  // namespace graphwitness
