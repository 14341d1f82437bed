#pragma once
/// Python source lines and module paths that PyTorch's exporters leave in an ONNX file.
///
/// Known forms of a node's doc string: `file.py(12): function` lines, innermost first (tracing, verbose=True);
/// `File "file.py", line 12` with a marked snippet (scripting, verbose=True); `# file.py:12:4`; and the Python
/// traceback, outermost first, that newer exporters put into node metadata. Anything else is not a position.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace graphwitness {

struct SourceFrame {
  std::string_view file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;      ///< from 1; 0: unknown
  std::uint32_t end_column = 0;  ///< 0: unknown
  std::string_view function;
};

/// Innermost first; empty when the text holds no position. The frames point into `text`.
std::vector<SourceFrame> parse_source_frames(std::string_view text);

struct ModulePath {
  bool known = false;
  std::string path;  ///< dotted; "" is the root
};

/// "/layer1/layer1.0/conv1/Conv" gives "layer1.0.conv1". Unknown unless the name has PyTorch's leading slash.
ModulePath module_path_of_name(std::string_view node_name);
/// The metadata entry `pkg.torch.onnx.name_scopes`: "['', 'layer1', 'layer1.0', 'conv2d']" gives "layer1.0".
ModulePath module_path_of_scopes(std::string_view scopes);

}  // namespace graphwitness
