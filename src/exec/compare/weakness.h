#pragma once
/// Looks for reasons why agreement on these samples would mean little: outputs smaller than the tolerance, the same in
/// every element, or the same whatever the input.

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "exec/compare/tolerance.h"
#include "exec/messages.h"

namespace graphwitness::exec {

class Weakness {
 public:
  explicit Weakness(const ChosenTolerance& tolerance) : tolerance_(tolerance) {}

  /// The reference's output for one sample.
  void add(const SampleResult& result);
  /// `inputs_vary`: the samples were not all the same.
  std::vector<std::string> warnings(bool inputs_vary) const;

 private:
  struct History {
    Tensor first;
    std::uint64_t samples = 0;
    double largest = 0;
    bool uniform = true;  ///< within each sample all elements are the same
    bool steady = true;   ///< all samples are near the first
  };
  void add_tensor(const std::string& name, const Tensor& tensor);

  ChosenTolerance tolerance_;
  std::map<std::string, History> histories_;
};

}  // namespace graphwitness::exec
