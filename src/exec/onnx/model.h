#pragma once
/// One ONNX model, loaded to be run. Loading and running belong into a worker in the sandbox.
///
/// Limits: what ONNX Runtime can load, operators of custom libraries not among it. An ONNX graph keeps nothing between
/// calls, so one load serves all samples.

#include <cstdint>
#include <string>
#include <vector>

#include "exec/assign.h"
#include "exec/carrier.h"
#include "exec/messages.h"
#include "exec/onnx/onnxruntime.h"

namespace graphwitness::exec::onnx {

class Model {
 public:
  /// What a model is run for: the numbers of the graph as it is in the file, or speed, as ONNX Runtime does by default.
  enum class For : std::uint8_t { numbers, speed };
  /// open_runtime() comes first. Throws InputError.
  /// `outputs`: those of the file, where they are known; without, a model with watched values is loaded twice.
  Model(const std::string& path, const RunRequest& request, For purpose, const std::vector<std::string>& outputs = {});

  const Signature& signature() const { return signature_; }

  /// The arguments in the order that ONNX Runtime gets them. Throws InputError for names and types that do not fit.
  struct Inputs {
    std::vector<const char*> names;
    std::vector<Ort::Value> values;
    std::string remark;
  };
  /// Carried state that no argument is given for starts as zeros of its declared shape.
  Inputs bind(const std::vector<Argument>& arguments, bool by_position, Carrier& carrier);

  /// What the model raises becomes part of the result.
  SampleResult run(const Inputs& inputs);
  /// The same without looking at what it returns, to be timed. Throws what ONNX Runtime throws.
  void run_only(const Inputs& inputs);

 private:
  Ort::Value zeros(std::size_t parameter) const;
  void read_signature();

  Ort::Session session_{nullptr};
  std::string bytes_;  ///< of a model that was changed; ONNX Runtime may refer to them
  Signature signature_;
  std::vector<Ort::TypeInfo> types_;
  std::size_t required_ = 0;  ///< parameters after these are initializers that an argument may replace
  std::vector<std::string> output_names_;
  std::size_t outputs_of_file_ = 0;  ///< outputs after these were added, to be watched
  std::vector<std::string> watched_;
};

/// The first line of what ONNX Runtime said.
std::string raised_text(const Ort::Exception& error);

}  // namespace graphwitness::exec::onnx
