#include "ir/argument_names.h"

#include <algorithm>
#include <array>

namespace graphwitness {
namespace {

struct Arguments {
  std::string_view op;
  std::string_view names;
};

constexpr std::array kArguments{
    Arguments{"aten::_convolution",
              "input weight bias stride padding dilation transposed output_padding groups "
              "benchmark deterministic cudnn_enabled allow_tf32"},
    Arguments{"aten::adaptive_avg_pool2d", "input output_size"},
    Arguments{"aten::add", "input other alpha"},
    Arguments{"aten::add_", "input other alpha"},
    Arguments{"aten::addmm", "input mat1 mat2 beta alpha"},
    Arguments{"aten::arange", "end dtype layout device pin_memory"},
    Arguments{"aten::avg_pool2d", "input kernel_size stride padding ceil_mode count_include_pad divisor_override"},
    Arguments{"aten::batch_norm", "input weight bias running_mean running_var training momentum eps cudnn_enabled"},
    Arguments{"aten::cat", "tensors dim"},
    Arguments{"aten::chunk", "input chunks dim"},
    Arguments{"aten::conv1d", "input weight bias stride padding dilation groups"},
    Arguments{"aten::conv2d", "input weight bias stride padding dilation groups"},
    Arguments{"aten::conv3d", "input weight bias stride padding dilation groups"},
    Arguments{"aten::conv_transpose2d", "input weight bias stride padding output_padding groups dilation"},
    Arguments{"aten::dropout", "input p train"},
    Arguments{"aten::dropout_", "input p train"},
    Arguments{"aten::embedding", "weight indices padding_idx scale_grad_by_freq sparse"},
    Arguments{"aten::flatten", "input start_dim end_dim"},
    Arguments{"aten::gelu", "input approximate"},
    Arguments{"aten::hardtanh_", "input min max"},
    Arguments{"aten::layer_norm", "input normalized_shape weight bias eps cudnn_enable"},
    Arguments{"aten::linear", "input weight bias"},
    Arguments{"aten::log_softmax", "input dim dtype"},
    Arguments{"aten::lstm", "input hx params has_biases num_layers dropout train bidirectional batch_first"},
    Arguments{"aten::max_pool2d", "input kernel_size stride padding dilation ceil_mode"},
    Arguments{"aten::mean", "input dim keepdim dtype"},
    Arguments{"aten::permute", "input dims"},
    Arguments{"aten::reshape", "input shape"},
    Arguments{"aten::rsub", "input other alpha"},
    Arguments{"aten::scaled_dot_product_attention", "query key value attn_mask dropout_p is_causal scale"},
    Arguments{"aten::select", "input dim index"},
    Arguments{"aten::size", "input dim"},
    Arguments{"aten::slice", "input dim start end step"},
    Arguments{"aten::softmax", "input dim dtype"},
    Arguments{"aten::squeeze", "input dim"},
    Arguments{"aten::sub", "input other alpha"},
    Arguments{"aten::sum", "input dim keepdim dtype"},
    Arguments{"aten::transpose", "input dim0 dim1"},
    Arguments{"aten::unsqueeze", "input dim"},
    Arguments{"aten::view", "input size"},
    Arguments{"onnx::BatchNormalization", "X scale B input_mean input_var"},
    Arguments{"onnx::Conv", "X W B"},
    Arguments{"onnx::ConvTranspose", "X W B"},
    Arguments{"onnx::GRU", "X W R B sequence_lens initial_h"},
    Arguments{"onnx::Gather", "data indices"},
    Arguments{"onnx::Gemm", "A B C"},
    Arguments{"onnx::LSTM", "X W R B sequence_lens initial_h initial_c P"},
    Arguments{"onnx::Pad", "data pads constant_value axes"},
    Arguments{"onnx::Reshape", "data shape"},
    Arguments{"onnx::Slice", "data starts ends axes steps"},
    Arguments{"onnx::Unsqueeze", "data axes"},
};
static_assert(std::ranges::is_sorted(kArguments, {}, &Arguments::op));

}  // namespace

std::string_view argument_names(std::string_view op, std::size_t count) {
  const auto found = std::ranges::lower_bound(kArguments, op, {}, &Arguments::op);
  if (found == kArguments.end() || found->op != op) return {};
  const auto known = static_cast<std::size_t>(std::ranges::count(found->names, ' ')) + 1;
  const bool fits = op.starts_with("onnx::") ? count <= known : count == known;
  return fits ? found->names : std::string_view{};
}

}  // namespace graphwitness
