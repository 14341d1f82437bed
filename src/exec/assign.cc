#include "exec/assign.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "graphwitness/support/error.h"

namespace graphwitness::exec {
namespace {

class Assigner {
 public:
  Assigner(const Signature& signature, const std::vector<Argument>& arguments)
      : signature_(signature), arguments_(arguments) {
    result_.values.resize(signature.names.size(), nullptr);
  }

  Assignment assign(bool by_position, const std::vector<std::string>& reserved) {
    std::size_t position = 0;
    for (const Argument& argument : arguments_) {
      if (argument.name.empty()) {
        give(position++, argument);
        continue;
      }
      const auto found = std::ranges::find(signature_.names, argument.name);
      if (found != signature_.names.end()) {
        give(static_cast<std::size_t>(found - signature_.names.begin()), argument);
      } else if (by_position) {
        unknown_.push_back(&argument);
      } else {
        refuse(argument);
      }
    }
    give_unknown(reserved);
    return std::move(result_);
  }

 private:
  [[noreturn]] void refuse(const Argument& argument) const {
    throw InputError(
        fmt::format("`{}` has no parameter `{}`; it takes {}", signature_.callee, argument.name, signature_.spelled));
  }

  void give(std::size_t index, const Argument& argument) {
    if (index >= signature_.names.size()) {
      throw InputError(fmt::format("{} inputs are given, `{}` takes {}: {}", arguments_.size(), signature_.callee,
                                   signature_.names.size(), signature_.spelled));
    }
    if (result_.values[index] != nullptr) {
      throw InputError(fmt::format("the input for `{}` is given twice", signature_.names[index]));
    }
    result_.values[index] = &argument.value;
  }

  void give_unknown(const std::vector<std::string>& reserved) {
    std::size_t index = 0;
    for (const Argument* argument : unknown_) {
      const auto taken = [&] {
        return result_.values[index] != nullptr ||
               std::ranges::find(reserved, signature_.names[index]) != reserved.end();
      };
      while (index < signature_.names.size() && taken()) ++index;
      if (index == signature_.names.size()) refuse(*argument);
      give(index, *argument);
      result_.remark += fmt::format("{}`{}` as `{}`", result_.remark.empty() ? "given by position: " : ", ",
                                    argument->name, signature_.names[index]);
    }
  }

  const Signature& signature_;
  const std::vector<Argument>& arguments_;
  std::vector<const Argument*> unknown_;
  Assignment result_;
};

}  // namespace

Assignment assign(const Signature& signature, const std::vector<Argument>& arguments, bool by_position,
                  const std::vector<std::string>& reserved) {
  return Assigner(signature, arguments).assign(by_position, reserved);
}

}  // namespace graphwitness::exec
