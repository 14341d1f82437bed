#pragma once
/// The worker's command `watch PATH`: sketches of values inside of a graph, RunRequest::watched, and of its outputs,
/// for the first sample of the request.
///
/// ONNX Runtime keeps what it hands over until the run is over, so the graph is run again for every so many values:
/// memory stays bounded whatever their number.

#include <string>

namespace graphwitness::exec::onnx {

/// Answers are tuples of a name and a sketch, none for what is no tensor. Throws Ort::Exception and InputError.
void watch(const std::string& path);

}  // namespace graphwitness::exec::onnx
