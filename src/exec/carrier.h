#pragma once
/// State that goes round outside of a model: what it returns in one call becomes an argument of the next.

#include <map>
#include <string>
#include <vector>

#include "exec/messages.h"

namespace graphwitness::exec {

class Carrier {
 public:
  /// Of the request's carried state, what this model has a parameter for.
  Carrier(const RunRequest& request, const std::vector<std::string>& parameters);

  /// The parameters that carried state goes to.
  const std::vector<std::string>& inputs() const { return inputs_; }

  /// The sample's arguments: with the state of the call before, without state that this model keeps by itself.
  std::vector<Argument> with_state(const std::vector<Argument>& arguments) const;
  /// The input with its context in front, where it has one. Throws InputError for what is no tensor with a dimension.
  Value extended(const std::string& parameter, Value input);
  /// Takes the state out of what a call returned. Throws InputError where it is not there.
  void take(SampleResult& result);

 private:
  const RunRequest& request_;
  std::vector<std::string> inputs_;
  std::vector<std::string> outputs_;
  std::vector<Argument> state_;
  std::map<std::string, Tensor> contexts_;  ///< what stands in front of the next call's input
};

}  // namespace graphwitness::exec
