#include "analysis/operators.h"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

namespace graphwitness {
namespace {

constexpr FacetMask kD = mask_of(Facet::data);
constexpr FacetMask kS = mask_of(Facet::shape);
constexpr FacetMask kM = mask_of(Facet::metadata);
constexpr FacetMask kT = mask_of(Facet::structure);
constexpr FacetMask kAll = kD | kS | kM | kT;

/// Most computations: sizes show in values (a sum, a mean), scalars choose sizes and kinds (`dim`, `keepdim`, `dtype`).
constexpr Effect kCompute{.data = {kD | kS, kD | kS, kD},
                          .shape = {kS, kS, kD},
                          .metadata = {kM, kM, kD | kT},
                          .structure = {kS | kT, kT, kD}};
/// Numbers choose sizes, and how many there are the rank: padding, pooling, convolutions.
constexpr Effect kResize{
    .data = {kD | kS, kD | kS, kD}, .shape = {kS, kS, kD}, .metadata = {kM, kM, kT}, .structure = {kS | kT, kT, kD}};
constexpr Effect kElementwise{
    .data = {kD, kD, kD}, .shape = {kS, kS, 0}, .metadata = {kM, kM, kM | kT}, .keeps_shape = true};
constexpr Effect kCompare{
    .data = {kD, kD, kD}, .shape = {kS, kS, 0}, .metadata = {kM, kM, kM | kT}, .keeps_shape = true, .boolean = true};
/// Another view of the elements: scalars choose which and how.
constexpr Effect kView{.data = {kD, kD, kD},
                       .shape = {kS, kS, kD},
                       .metadata = {kM, kM, kT},
                       .structure = {kS | kT, kT, kD},
                       .aliases_first = true};
/// As many pieces as there are sizes, whatever these are.
constexpr Effect kSplitBySizes{.data = {kD, kD, kD},
                               .shape = {kS, kS, kD},
                               .metadata = {kM, kM, 0},
                               .structure = {0, 0, kT},
                               .aliases_first = true};
/// Which dimensions are left depends on which sizes are one.
constexpr Effect kSqueeze{.data = {kD, kD, kD},
                          .shape = {kS, kS, kD},
                          .metadata = {kM | kS, kM, kT},
                          .structure = {kS | kT, kT, kD},
                          .aliases_first = true};
/// The value itself, under another name.
constexpr Effect kSame{.data = {kD, 0, 0},
                       .shape = {kS, 0, 0},
                       .metadata = {kM, 0, kD},
                       .structure = {kT, 0, 0},
                       .aliases_first = true,
                       .keeps_shape = true};
constexpr Effect kReadShape{.data = {kS, 0, kD}, .structure = {kM, 0, 0}};
constexpr Effect kReadMetadata{.data = {kM, 0, kD}};
constexpr Effect kReadStrides{.data = {kS | kM, 0, kD}, .structure = {kM, 0, 0}};
constexpr Effect kReadStructure{.data = {kT, 0, 0}};
constexpr Effect kIsNone{.data = {kT, kT, kT}};
constexpr Effect kReadNumber{.data = {kD, 0, 0}, .structure = {kS, 0, 0}};
constexpr Effect kReadEverything{.data = {kD | kS | kM, kD | kS | kM, kD}};
/// Sizes from scalars, elements constant.
constexpr Effect kFill{.shape = {kD, kD, kD}, .metadata = {kT, 0, kT | kM}};
/// Elements computed from the scalars that also give the size: arange, linspace, full.
constexpr Effect kFillFrom{.data = {kD, kD, kD}, .shape = {kD, kD, kD}, .metadata = {kT, 0, kT | kM}};
constexpr Effect kFillLike{.data = {0, 0, kD}, .shape = {kS, 0, 0}, .metadata = {kM, 0, kM | kT}, .keeps_shape = true};
constexpr Effect kNewLike{.data = {0, 0, kD}, .shape = {0, 0, kD}, .metadata = {kM, 0, kT}};
constexpr Effect kRandomFill{.shape = {kD, kD, kD}, .metadata = {kT, 0, kT | kM}, .random = true};
constexpr Effect kRandomLike{
    .data = {0, 0, kD}, .shape = {kS, kS, 0}, .metadata = {kM, kM, kM | kT}, .random = true, .keeps_shape = true};
constexpr Effect kRandomCompute{.data = {kD, kD, kD}, .shape = {kS, kS, kD}, .metadata = {kM, kM, kT}, .random = true};
/// How many elements come out depends on what the elements are.
constexpr Effect kDataToShape{.data = {kD | kS, kD | kS, kD},
                              .shape = {kD | kS, kD | kS, kD},
                              .metadata = {kM, kM, 0},
                              .structure = {kD | kS, kD | kS, kD}};
/// Like kDataToShape, but only the operands after the first choose.
constexpr Effect kSelectByData{.data = {kD, kD, kD}, .shape = {kS, kD | kS, kD}, .metadata = {kM, kM, 0}};
constexpr Effect kMakeContainer{
    .data = {kD, kD, kD}, .shape = {kS, kS, kS}, .metadata = {kM, kM, kM}, .structure = {kT, kT, kT}};
constexpr Effect kReadContainer{.data = {kD, kD, kD},
                                .shape = {kS, 0, kD},
                                .metadata = {kM, 0, kD},
                                .structure = {kT, 0, kD},
                                .aliases_first = true};
/// Which keys there are; the values do not matter.
constexpr Effect kContainsKey{.data = {kT, 0, kD}};
constexpr Effect kContains{.data = {kD | kT, kD, kD}};
constexpr Effect kWriteContainer{.data = {kD, kD, kD},
                                 .shape = {kS, kS, 0},
                                 .metadata = {kM, kM, 0},
                                 .structure = {kT, kT, kD},
                                 .writes_first = true,
                                 .aliases_first = true};
/// Of a list: how long it becomes depends neither on what is put in nor on where.
constexpr Effect kChangeList = [] {
  Effect effect = kWriteContainer;
  effect.structure = {kT, kT, kT};
  return effect;
}();
constexpr Effect kEverything{
    .data = {kAll, kAll, kAll}, .shape = {kAll, kAll, kAll}, .metadata = {kM, kM, kM}, .structure = {kAll, kAll, kAll}};
constexpr Effect kReadMode{.mode = true};
constexpr Effect kMakeText{.data = {kD, kD, kD}};
constexpr Effect kNothing{};

constexpr Effect with_shape_operands(Effect effect, std::uint16_t operands) {
  effect.shape_operands = operands;
  return effect;
}

struct Entry {
  const Effect* effect;
  std::string_view why;  ///< the reason for the effect
  std::string_view ops;  ///< separated by blanks
};

constexpr Effect kOnnxReshape = with_shape_operands(kView, 0b10);
constexpr Effect kOnnxSized = with_shape_operands(kCompute, 0b11110);
constexpr Effect kOnnxFill = with_shape_operands(kFill, 0b1);
constexpr Effect kOnnxFillFrom = with_shape_operands(kFillFrom, 0b111);

constexpr std::array kEntries = std::to_array<Entry>({
    {&kElementwise, "computes element by element: the result has the sizes of its operands",
     "aten::abs aten::absolute aten::acos aten::acosh aten::add aten::addcdiv aten::addcmul aten::alpha_dropout "
     "aten::angle "
     "aten::asin aten::asinh aten::atan aten::atan2 aten::atanh aten::bitwise_and aten::bitwise_not aten::bitwise_or "
     "aten::bitwise_xor aten::ceil aten::celu aten::clamp aten::clamp_max aten::clamp_min aten::clip aten::copysign "
     "aten::cos "
     "aten::cosh aten::deg2rad aten::digamma aten::div aten::divide aten::elu aten::erf aten::erfc aten::erfinv "
     "aten::exp "
     "aten::exp2 aten::expm1 aten::fix aten::float_power aten::floor aten::floor_divide aten::floordiv aten::fmax "
     "aten::fmin aten::fmod aten::frac aten::gelu aten::hardshrink aten::hardsigmoid aten::hardswish aten::hardtanh "
     "aten::hypot aten::leaky_relu aten::lerp aten::lgamma aten::log aten::log10 aten::log1p aten::log2 "
     "aten::log_sigmoid "
     "aten::logaddexp aten::logaddexp2 aten::logit aten::masked_fill aten::maximum aten::minimum aten::mish aten::mul "
     "aten::multiply aten::nan_to_num aten::neg aten::negative aten::pow aten::positive aten::prelu aten::rad2deg "
     "aten::reciprocal aten::relu aten::relu6 aten::remainder aten::round aten::rrelu aten::rsqrt aten::rsub "
     "aten::selu "
     "aten::sgn aten::sigmoid aten::sign aten::silu aten::sin aten::sinc aten::sinh aten::softplus aten::softshrink "
     "aten::softsign aten::sqrt aten::square aten::sub aten::subtract aten::tan aten::tanh aten::tanhshrink "
     "aten::threshold "
     "aten::triu aten::tril aten::true_divide aten::trunc aten::where aten::xlogy aten::type_as aten::clone aten::flip "
     "aten::cumsum aten::cumprod aten::softmax aten::log_softmax aten::layer_norm aten::batch_norm aten::instance_norm "
     "aten::group_norm aten::sort aten::argsort aten::roll aten::__lshift__ aten::__rshift__ aten::__range_length "
     "aten::__derive_index prim::min prim::max "
     "onnx::Abs onnx::Acos onnx::Acosh onnx::Add onnx::Asin onnx::Asinh onnx::Atan onnx::Atanh "
     "onnx::BatchNormalization "
     "onnx::BitShift onnx::BitwiseAnd onnx::BitwiseNot onnx::BitwiseOr onnx::BitwiseXor onnx::Cast onnx::CastLike "
     "onnx::Ceil "
     "onnx::Celu onnx::Clip onnx::Cos onnx::Cosh onnx::CumSum onnx::Div onnx::Elu onnx::Erf onnx::Exp onnx::Floor "
     "onnx::Gelu "
     "onnx::HardSigmoid onnx::HardSwish onnx::InstanceNormalization onnx::LayerNormalization onnx::LeakyRelu onnx::Log "
     "onnx::LogSoftmax onnx::Max onnx::Mean onnx::Min onnx::Mish onnx::Mod onnx::Mul onnx::Neg onnx::PRelu onnx::Pow "
     "onnx::Reciprocal onnx::Relu onnx::Round onnx::Selu onnx::Sigmoid onnx::Sign onnx::Sin onnx::Sinh onnx::Softmax "
     "onnx::Softplus onnx::Softsign onnx::Sqrt onnx::Sub onnx::Sum onnx::Tan onnx::Tanh onnx::ThresholdedRelu "
     "onnx::Trilu "
     "onnx::Where onnx::QuantizeLinear onnx::DequantizeLinear"},
    {&kCompute, "computes from elements and sizes",
     "aten::addbmm aten::addmm aten::addmv aten::all aten::amax aten::amin aten::any aten::argmax aten::argmin "
     "aten::baddbmm aten::bilinear aten::cosine_similarity aten::cross aten::cummax aten::cummin aten::diag "
     "aten::diff aten::dist aten::dot aten::einsum aten::embedding aten::embedding_bag aten::fft_fft "
     "aten::fft_irfft aten::fft_rfft aten::gather aten::glu aten::gru aten::gru_cell aten::im2col aten::index_add "
     "aten::index_copy aten::index_fill aten::index_put aten::index_select aten::inner aten::kthvalue "
     "aten::linalg_norm aten::linalg_vector_norm aten::logcumsumexp aten::logsumexp aten::lstm aten::lstm_cell "
     "aten::max aten::mean aten::median aten::min aten::mode aten::mv aten::norm aten::outer aten::prod "
     "aten::rnn_tanh aten::rnn_relu aten::scaled_dot_product_attention aten::scatter aten::scatter_add aten::std "
     "aten::std_mean aten::stft aten::sum aten::take aten::take_along_dim aten::tensordot aten::var "
     "aten::var_mean aten::vstack aten::hstack onnx::Attention onnx::AveragePool onnx::Concat onnx::Conv "
     "onnx::ConvTranspose onnx::Einsum onnx::Gather onnx::GatherElements onnx::GatherND onnx::Gemm "
     "onnx::GlobalAveragePool onnx::GlobalMaxPool onnx::GRU onnx::LRN onnx::LSTM onnx::MatMul onnx::MaxPool "
     "onnx::ReduceL1 onnx::ReduceL2 onnx::ReduceLogSumExp onnx::RNN onnx::ScatterElements onnx::ScatterND"},
    {&kResize, "computes from elements and sizes; numbers give sizes, not the rank",
     "aten::_convolution aten::adaptive_avg_pool1d aten::adaptive_avg_pool2d aten::adaptive_avg_pool3d "
     "aten::adaptive_max_pool1d aten::adaptive_max_pool2d aten::avg_pool1d aten::avg_pool2d aten::avg_pool3d "
     "aten::bmm aten::cat aten::concat aten::constant_pad_nd aten::conv1d aten::conv2d aten::conv3d "
     "aten::conv_transpose1d aten::conv_transpose2d aten::conv_transpose3d aten::grid_sampler aten::linear "
     "aten::matmul aten::max_pool1d aten::max_pool2d aten::max_pool2d_with_indices aten::max_pool3d aten::mm "
     "aten::pad aten::pixel_shuffle aten::pixel_unshuffle aten::reflection_pad1d aten::reflection_pad2d "
     "aten::repeat aten::replication_pad1d aten::replication_pad2d aten::stack aten::topk "
     "aten::upsample_bicubic2d aten::upsample_bilinear2d aten::upsample_linear1d aten::upsample_nearest1d "
     "aten::upsample_nearest2d aten::upsample_nearest3d aten::upsample_trilinear3d"},
    {&kCompare, "compares element by element",
     "aten::eq aten::ge aten::greater aten::greater_equal aten::gt aten::isclose aten::isfinite "
     "aten::isinf "
     "aten::isnan aten::isneginf aten::isposinf aten::isreal aten::le aten::less aten::less_equal aten::logical_and "
     "aten::logical_not aten::logical_or aten::logical_xor aten::lt aten::ne aten::not_equal aten::signbit "
     "aten::__and__ "
     "aten::__or__ aten::__xor__ aten::__not__ "
     "onnx::And onnx::Equal onnx::Greater onnx::GreaterOrEqual onnx::IsInf onnx::IsNaN onnx::Less onnx::LessOrEqual "
     "onnx::Not "
     "onnx::Or onnx::Xor"},
    {&kView, "another view of the same elements; numbers choose which",
     "aten::as_strided aten::broadcast_to aten::chunk aten::diagonal aten::expand aten::expand_as aten::flatten "
     "aten::movedim "
     "aten::moveaxis aten::narrow aten::permute aten::reshape aten::reshape_as aten::select aten::slice aten::split "
     "aten::split_with_sizes aten::swapaxes aten::swapdims aten::t aten::numpy_T aten::tensor_split "
     "aten::transpose aten::unbind aten::unflatten aten::unfold aten::unsqueeze aten::unsafe_chunk aten::unsafe_split "
     "aten::mT "
     "aten::adjoint aten::view aten::view_as aten::hsplit aten::vsplit aten::dsplit aten::real aten::imag aten::ravel"},
    {&kSqueeze, "drops dimensions of size one: the rank follows from sizes", "aten::squeeze"},
    {&kSame, "the same value under another name",
     "aten::alias aten::contiguous aten::cpu aten::cuda aten::data aten::detach aten::double aten::float aten::half "
     "aten::int "
     "aten::long aten::bool aten::to aten::type aten::_unwrap_optional prim::data prim::unchecked_cast "
     "prim::unchecked_unwrap_optional prim::NumToTensor aten::dequantize aten::requires_grad_ aten::lift "
     "aten::lift_fresh "
     "aten::dropout aten::feature_dropout aten::dropout_ aten::resolve_conj aten::resolve_neg "
     "prim::profile prim::ListUnpack prim::TupleUnpack prim::TupleIndex prim::TupleSlice "
     "onnx::Identity onnx::Dropout onnx::Optional onnx::OptionalGetElement"},
    {&kReadShape, "reads sizes",
     "aten::size aten::numel aten::sym_size aten::sym_numel aten::sizes aten::_shape_as_tensor aten::is_same_size "
     "prim::shape "
     "onnx::Shape onnx::Size"},
    {&kReadMetadata, "reads what kind of tensor it is, not its elements",
     "aten::dim aten::ndimension aten::is_floating_point aten::is_complex aten::is_signed aten::element_size "
     "aten::get_device "
     "aten::result_type aten::qscheme aten::is_pinned aten::is_leaf aten::is_inference aten::output_nr aten::_version "
     "aten::retains_grad aten::is_conj aten::is_neg prim::device prim::dtype prim::layout prim::is_cpu prim::is_cuda "
     "prim::is_ipu prim::is_meta prim::is_mkldnn prim::is_mps prim::is_nested prim::is_ort prim::is_quantized "
     "prim::is_sparse "
     "prim::is_sparse_csr prim::is_vulkan prim::is_xpu prim::ndim prim::requires_grad prim::type prim::isinstance "
     "prim::is_mtia prim::is_maia prim::itemsize "
     "aten::is_contiguous aten::is_non_overlapping_and_dense aten::is_strides_like_format aten::is_set_to"},
    {&kReadStrides, "strides and offset follow sizes and layout", "aten::stride aten::storage_offset"},
    {&kIsNone, "asks whether it is None", "aten::__is__ aten::__isnot__ onnx::OptionalHasElement"},
    {&kReadStructure, "reads the length or the keys, not what is held", "aten::len aten::keys onnx::SequenceLength"},
    {&kReadNumber, "reads elements of a tensor as a number",
     "aten::Bool aten::Complex aten::ComplexImplicit aten::Float aten::FloatImplicit aten::Int aten::IntImplicit "
     "aten::item "
     "aten::Scalar aten::ScalarImplicit aten::_local_scalar_dense aten::is_nonzero prim::tolist aten::_tensor_to_list "
     "aten::q_scale aten::q_zero_point"},
    {&kReadEverything, "compares two tensors as a whole", "aten::equal aten::allclose"},
    {&kFill, "makes a tensor: numbers give its size",
     "aten::empty aten::empty_strided aten::eye aten::ones aten::zeros prim::AutogradZero"},
    {&kFillFrom, "makes a tensor from numbers",
     "aten::arange aten::full aten::linspace aten::logspace aten::range aten::scalar_tensor aten::tensor "
     "aten::as_tensor "
     "aten::hann_window aten::hamming_window aten::blackman_window aten::tril_indices aten::triu_indices"},
    {&kFillLike, "makes a tensor of the same size and kind; no element is read",
     "aten::empty_like aten::full_like aten::ones_like aten::zeros_like onnx::EyeLike"},
    {&kNewLike, "makes a tensor of the same kind; no element is read",
     "aten::new_empty aten::new_full aten::new_ones aten::new_zeros aten::new_empty_strided"},
    {&kRandomFill, "draws random numbers",
     "aten::rand aten::randint aten::randn aten::randperm onnx::RandomNormal onnx::RandomUniform "
     "aten::normal_functional"},
    {&kRandomLike, "draws random numbers",
     "aten::bernoulli aten::poisson aten::rand_like aten::randint_like aten::randn_like aten::normal aten::bernoulli_ "
     "aten::normal_ aten::uniform_ aten::exponential_ aten::random_ onnx::Bernoulli onnx::RandomNormalLike "
     "onnx::RandomUniformLike"},
    {&kRandomCompute, "draws random numbers", "aten::multinomial onnx::Multinomial"},
    {&kDataToShape, "how many elements come out depends on what the elements are",
     "aten::argwhere aten::bincount aten::masked_select aten::nonzero aten::nonzero_numpy aten::one_hot "
     "aten::repeat_interleave aten::unique aten::unique_consecutive aten::unique_dim aten::_unique aten::_unique2 "
     "aten::combinations aten::_pack_padded_sequence torchvision::nms aten::coalesce aten::to_sparse "
     "onnx::Compress onnx::NonMaxSuppression onnx::NonZero onnx::Unique onnx::StringSplit onnx::TfIdfVectorizer"},
    {&kMakeContainer, "puts values into a container",
     "prim::ListConstruct prim::TupleConstruct prim::DictConstruct aten::list aten::dict aten::values aten::items "
     "aten::copy "
     "onnx::SequenceConstruct onnx::SequenceEmpty onnx::SequenceInsert onnx::SequenceErase onnx::SplitToSequence"},
    {&kReadContainer, "takes a value out of a container", "aten::__getitem__ aten::get onnx::SequenceAt"},
    {&kContains, "searches what a container holds", "aten::__contains__ aten::count"},
    {&kWriteContainer, "changes a container",
     "aten::append aten::extend aten::insert aten::_set_item aten::clear aten::pop aten::popitem aten::remove "
     "aten::reverse "
     "aten::setdefault aten::update aten::Delete"},
    {&kOnnxReshape, "the elements in another shape",
     "onnx::Reshape onnx::Squeeze onnx::Unsqueeze onnx::Flatten onnx::Transpose"},
    {&kOnnxSized, "some operands hold sizes",
     "onnx::Slice onnx::Expand onnx::Tile onnx::Pad onnx::Resize onnx::Upsample onnx::TopK onnx::OneHot onnx::Split "
     "onnx::CenterCropPad onnx::ReduceSum onnx::ReduceMean onnx::ReduceMax onnx::ReduceMin onnx::ReduceProd onnx::DFT "
     "onnx::STFT onnx::MaxUnpool onnx::Col2Im"},
    {&kOnnxFill, "makes a tensor: an operand holds its sizes",
     "onnx::ConstantOfShape onnx::HannWindow onnx::HammingWindow onnx::BlackmanWindow"},
    {&kOnnxFillFrom, "makes a tensor from numbers", "onnx::Range"},
    {&kReadMode, "reads a global mode",
     "aten::is_grad_enabled aten::is_scripting aten::is_autocast_enabled aten::is_autocast_cpu_enabled "
     "aten::get_num_threads aten::autocast_is_enabled aten::_get_tracing_state"},
    {&kMakeText, "writes it as text", "aten::format aten::str aten::percentFormat"},
    {&kNothing, "reads nothing that counts",
     "prim::Constant prim::Uninitialized prim::RaiseException prim::Print aten::warn aten::manual_seed "
     "aten::set_grad_enabled onnx::Constant "
     "aten::backward prim::CreateObject"},
});

struct Description {
  const Effect* effect = nullptr;
  std::string_view why;
};

using EffectTable = std::unordered_map<std::string_view, Description>;

EffectTable make_table() {
  EffectTable table;
  for (const Entry& entry : kEntries) {
    for (std::size_t at = 0; at < entry.ops.size();) {
      const std::size_t end = std::min(entry.ops.find(' ', at), entry.ops.size());
      if (end > at) table.emplace(entry.ops.substr(at, end - at), Description{entry.effect, entry.why});
      at = end + 1;
    }
  }
  return table;
}

const Description* describe(std::string_view op) {
  static const EffectTable table = make_table();
  const auto found = table.find(op);
  return found == table.end() ? nullptr : &found->second;
}

const Effect* find(std::string_view op) {
  const Description* found = describe(op);
  return found == nullptr ? nullptr : found->effect;
}

/// `aten::add_` writes operand 0; `aten::__and__` does not, `aten::__iadd__` does.
bool is_in_place(std::string_view op) {
  if (!op.starts_with("aten::") || !op.ends_with('_')) return false;
  // `__ior__` writes, `__is__` and `__isnot__` ask.
  if (op.ends_with("__")) return op.starts_with("aten::__i") && !op.starts_with("aten::__is");
  return true;
}

Effect in_place(Effect effect) {
  effect.writes_first = true;
  effect.aliases_first = true;
  return effect;
}

bool has_namespace(std::string_view op, std::string_view name) {
  return op.starts_with(name) && op.substr(name.size()).starts_with("::");
}

struct MetadataReader {
  Origin origin;
  std::string_view ops;  ///< separated by blanks
};

constexpr std::array kMetadataReaders = std::to_array<MetadataReader>({
    {Origin::rank, " aten::dim aten::ndimension prim::ndim aten::size aten::sizes onnx::Shape "},
    {Origin::dtype,
     " prim::dtype aten::is_floating_point aten::is_complex aten::is_signed aten::element_size aten::result_type "
     "prim::type prim::itemsize aten::is_conj aten::is_neg "},
    {Origin::device,
     " prim::device aten::get_device prim::is_cpu prim::is_cuda prim::is_ipu prim::is_meta prim::is_mkldnn "
     "prim::is_mps prim::is_nested prim::is_ort prim::is_quantized prim::is_sparse prim::is_sparse_csr "
     "prim::is_vulkan prim::is_xpu prim::is_mtia prim::is_maia prim::layout aten::qscheme aten::is_pinned "},
    {Origin::layout,
     " aten::stride aten::is_contiguous aten::storage_offset aten::is_non_overlapping_and_dense "
     "aten::is_strides_like_format aten::is_set_to aten::_version aten::output_nr "},
    {Origin::gradient, " prim::requires_grad aten::is_leaf aten::is_inference aten::retains_grad aten::requires_grad "},
});

bool is_of_known_namespace(std::string_view op) {
  constexpr std::array<std::string_view, 6> kKnown{"aten", "prim", "onnx", "quantized", "torchvision", "ai.onnx.ml"};
  return std::ranges::any_of(kKnown, [&](std::string_view name) { return has_namespace(op, name); });
}

bool is_container(const Graph& graph, TypeId type) {
  const Type::Kind kind = graph[type].kind;
  return kind == Type::Kind::list || kind == Type::Kind::dict || kind == Type::Kind::tuple;
}

TypeId operand_type(const Graph& graph, NodeId node, std::size_t index) {
  const auto operands = graph[graph[node].operands];
  return index < operands.size() && operands[index] ? graph[operands[index]].type : TypeId{};
}

/// Operators whose meaning depends on the kind of operand 0, or on another operand.
const Effect* refine(const Graph& graph, NodeId node, std::string_view op) {
  const TypeId first = operand_type(graph, node, 0);
  if (op == "aten::len" && graph[first].kind == Type::Kind::tensor) return &kReadShape;
  if (op == "aten::len" && graph[first].kind == Type::Kind::scalar) return &kReadNumber;
  if (op == "aten::__contains__" && graph[first].kind == Type::Kind::dict) return &kContainsKey;
  if (op == "aten::sort" && is_container(graph, first)) return &kChangeList;
  if (op == "aten::index" && is_container(graph, first)) return &kContains;
  if (op == "aten::add_" && is_container(graph, first)) return &kChangeList;
  if (graph[first].kind == Type::Kind::list && find(op) == &kWriteContainer) return &kChangeList;
  const bool splits = op == "aten::split_with_sizes" || op == "aten::split" || op == "aten::unsafe_split_with_sizes";
  if (splits && graph[operand_type(graph, node, 1)].kind == Type::Kind::list) return &kSplitBySizes;
  if (op == "prim::type" && graph[first].kind == Type::Kind::opaque) return &kReadNumber;  // of a device
  // Functions of scalars and of lists compute from what these are, and from how long they are.
  if ((op == "aten::add" || op == "aten::mul" || op == "aten::slice") && is_container(graph, first)) {
    return op == "aten::slice" ? &kReadContainer : &kMakeContainer;
  }
  if ((op == "aten::eq" || op == "aten::ne") && is_container(graph, first)) return &kContains;
  return nullptr;
}

/// Indexing by a boolean mask selects by data; by integers it does not. The dtype is known from who made the index.
bool indexes_by_mask(const Graph& graph, NodeId node) {
  std::vector<ValueId> pending;
  const auto operands = graph[graph[node].operands];
  for (ValueId operand : operands.subspan(std::min<std::size_t>(operands.size(), 1))) pending.push_back(operand);
  for (int budget = 64; !pending.empty() && budget > 0; --budget) {
    const ValueId value = pending.back();
    pending.pop_back();
    if (!value) continue;
    if (graph[graph[value].type].dtype == DType::boolean) return true;
    const NodeId maker = graph.defining_node(value);
    if (!maker) continue;
    const std::string_view op = graph[graph[maker].op];
    const Effect* effect = find(op);
    if (effect != nullptr && effect->boolean) return true;
    const bool passes_on = op == "prim::ListConstruct" || effect == &kSame || effect == &kView;
    if (!passes_on) continue;
    for (ValueId operand : graph[graph[maker].operands]) pending.push_back(operand);
  }
  return false;
}

}  // namespace

std::optional<Origin> metadata_read(std::string_view op) {
  if (op.find(' ') != std::string_view::npos) return std::nullopt;
  for (const MetadataReader& reader : kMetadataReaders) {
    const std::size_t at = reader.ops.find(op);
    if (at == std::string_view::npos) continue;
    for (std::size_t found = at; found != std::string_view::npos; found = reader.ops.find(op, found + 1)) {
      if (reader.ops[found - 1] == ' ' && reader.ops[found + op.size()] == ' ') return reader.origin;
    }
  }
  return std::nullopt;
}

bool is_scalar_like(const Graph& graph, TypeId id) {
  for (int depth = 0; depth < 8; ++depth) {
    const Type& type = graph[id];
    if (type.kind == Type::Kind::scalar || type.kind == Type::Kind::none || type.kind == Type::Kind::opaque)
      return true;
    const bool wraps = type.kind == Type::Kind::list || type.kind == Type::Kind::optional ||
                       (type.kind == Type::Kind::tuple && type.args.count > 0);
    if (!wraps) return false;
    id = graph[type.args][0];
  }
  return false;
}

bool is_mutable(const Graph& graph, TypeId id) {
  for (int depth = 0; depth < 8; ++depth) {
    const Type& type = graph[id];
    switch (type.kind) {
      case Type::Kind::unknown:
      case Type::Kind::tensor:
      case Type::Kind::list:
      case Type::Kind::dict:
      case Type::Kind::object:
        return true;
      case Type::Kind::tuple:
        return !is_scalar_like(graph, id);
      case Type::Kind::optional:
        id = graph[type.args][0];
        continue;
      case Type::Kind::none:
      case Type::Kind::scalar:
      case Type::Kind::opaque:
        return false;
    }
  }
  return true;
}

Effect effect_of(const Graph& graph, NodeId node) {
  const std::string_view op = graph[graph[node].op];
  if (const Effect* refined = refine(graph, node, op)) return *refined;
  if (op == "aten::index") return indexes_by_mask(graph, node) ? kSelectByData : kCompute;
  if (const Effect* effect = find(op)) return is_in_place(op) ? in_place(*effect) : *effect;
  if (is_in_place(op)) {
    const Effect* effect = find(op.substr(0, op.size() - 1));
    return in_place(effect != nullptr ? *effect : kCompute);
  }
  return is_of_known_namespace(op) ? kCompute : kEverything;
}

std::string_view why_of(const Graph& graph, NodeId node) {
  const std::string_view op = graph[graph[node].op];
  if (graph[node].blocks.count == 2) return "chooses between two values";
  if (graph[node].blocks.count == 1) return "what the turns of a loop leave";
  if (op == "prim::GetAttr") return "reads an attribute";
  if (op == "prim::SetAttr") return "writes an attribute";
  if (op == "aten::index") {
    return indexes_by_mask(graph, node) ? "selects by a mask: how many elements come out depends on what it holds"
                                        : "selects by position";
  }
  const Description* found = describe(op);
  if (found == nullptr && is_in_place(op)) found = describe(op.substr(0, op.size() - 1));
  if (found != nullptr) return found->why;
  return is_of_known_namespace(op) ? "not described: taken for a computation from elements and sizes"
                                   : "not described: taken to pass everything on";
}

bool is_undescribed(const Graph& graph, NodeId node) {
  const std::string_view op = graph[graph[node].op];
  return graph[node].blocks.count == 0 && find(op) == nullptr && !is_in_place(op) && !is_of_known_namespace(op);
}

}  // namespace graphwitness
