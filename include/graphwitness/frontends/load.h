#pragma once
/// Files into graphs. What a file is, is told from its content. TorchScript is read by worker processes that start
/// together, everything else in this process; nothing of a model is executed, and no weights are read.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "graphwitness/ir/graph.h"

namespace graphwitness {

struct LoadOptions {
  unsigned int jobs = 0;              ///< workers at a time; 0: as many as there are processors
  std::chrono::seconds timeout{300};  ///< for each worker; 0: none
  std::uint64_t memory_limit = 0;     ///< bytes, for each worker; 0: this machine's share for one of `jobs`
};

struct LoadedModel {
  std::string path;
  Format format = Format::unknown;  ///< told even when loading failed, where the content says so
  std::optional<Graph> graph;       ///< none: `error` says why
  std::string error;                ///< one line that names the file
};

/// Loads models one after the other to the caller, several at a time inside.
class ModelLoader {
 public:
  ModelLoader(std::vector<std::string> paths, const LoadOptions& options);
  ~ModelLoader();
  ModelLoader(ModelLoader&&) noexcept;
  ModelLoader& operator=(ModelLoader&&) noexcept;

  /// The next model, in the order of the paths; none after the last.
  std::optional<LoadedModel> next();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Throws InputError with LoadedModel::error.
Graph load_model(const std::string& path, const LoadOptions& options = {});

/// The models to load for what the user named: a file stands for itself, a folder for every model below it, sorted, a
/// pattern (support/glob.h) for every file that it matches; files and folders whose name starts with a dot are not
/// looked at.
struct FolderError {
  std::string folder;
  std::string message;  ///< one line that names the folder: it holds no model, cannot be read, or matches nothing
};
struct FoundModels {
  std::vector<std::string> paths;
  std::size_t passed_over = 0;  ///< files in folders that are no models
  std::vector<FolderError> errors;
};
FoundModels find_models(const std::vector<std::string>& named);

}  // namespace graphwitness
