#pragma once
/// Which bytes of an archive's code belong to which function or method.
///
/// Works on the layout that `torch.jit.save` prints, line by line. Limits: code laid out otherwise gives no functions.

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "frontends/torchscript/worker/archive.h"

namespace graphwitness::torchscript {

struct CodeFunction {
  std::string name;    ///< "__torch__.my_module.MyModule.forward"
  std::string record;  ///< "code/__torch__/my_module.py"
  std::uint64_t first = 0;
  std::uint64_t last = 0;  ///< one past

  std::string_view short_name() const { return std::string_view(name).substr(name.rfind('.') + 1); }
};

class CodeIndex {
 public:
  explicit CodeIndex(Archive& archive);

  /// In the order of the code. Declarations of interfaces are not there.
  const std::vector<CodeFunction>& functions() const { return functions_; }
  const CodeFunction* find(const std::string& name) const;
  std::string_view text(const CodeFunction& function) const;

 private:
  void scan(const std::string& record);

  Archive& archive_;
  std::vector<CodeFunction> functions_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace graphwitness::torchscript
