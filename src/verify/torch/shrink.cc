#include "verify/torch/shrink.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "verify/torch/shapes.h"

namespace graphwitness::verify::worker {
namespace {

constexpr std::array<double, 17> kSimple{0,   1,    -1,   2,     -2,  0.5,  -0.5, 10,  -10,
                                         100, -100, 1000, -1000, 1e4, -1e4, 1e6,  -1e6};
constexpr std::size_t kMostPlaces = 8;
constexpr std::size_t kMostChunks = 256;

/// One element of a leaf.
struct Place {
  std::size_t leaf = 0;
  std::int64_t index = 0;
};

double element(const Leaves& leaves, const Place& place) {
  return leaves[place.leaf].toTensor().reshape({-1})[place.index].item().toDouble();
}

void set(Leaves& leaves, const Place& place, double value) {
  at::Tensor tensor = leaves[place.leaf].toTensor();
  const bool whole = !tensor.is_floating_point();
  if (whole && !std::isfinite(value)) return;
  at::Tensor flat = tensor.contiguous().view({-1}).clone();
  flat[place.index].fill_(value);
  at::Tensor changed = at::empty_like(tensor);
  changed.copy_(flat.view(tensor.sizes()));
  leaves[place.leaf] = changed;
}

at::Tensor differing(const at::Tensor& a, const at::Tensor& b) {
  at::Tensor differs = a.ne(b);
  if (a.is_floating_point()) differs = differs.logical_and(a.isnan().logical_and(b.isnan()).logical_not());
  return differs.reshape({-1});
}

std::vector<Place> changed_places(const Leaves& example, const Leaves& witness) {
  std::vector<Place> places;
  for (std::size_t i = 0; i < example.size(); ++i) {
    if (!is_tensor(example[i])) continue;
    const at::Tensor indices = differing(example[i].toTensor(), witness[i].toTensor()).nonzero().reshape({-1});
    const auto* data = indices.data_ptr<std::int64_t>();
    for (std::int64_t k = 0; k < indices.numel(); ++k) places.push_back({i, data[k]});
  }
  return places;
}

/// A few of many, first and last among them.
std::vector<Place> some_of(const std::vector<Place>& places) {
  if (places.size() <= kMostPlaces) return places;
  std::vector<Place> chosen;
  for (std::size_t i = 0; i < kMostPlaces; ++i) chosen.push_back(places[i * (places.size() - 1) / (kMostPlaces - 1)]);
  return chosen;
}

std::vector<double> values_to_try(double witness, double example, const Harvest& harvest, bool whole) {
  std::vector<double> values{witness};
  for (const double value : kSimple) {
    if (!whole || value == std::floor(value)) values.push_back(value);
  }
  if (whole) {
    for (const double step : {1., -1.}) values.push_back(example + step);
    for (const std::int64_t value : harvest.integers) values.push_back(static_cast<double>(value));
  }
  return values;
}

/// One element alone may do.
std::optional<Leaves> single(const Leaves& example, const Leaves& witness, const std::vector<Place>& places,
                             const Harvest& harvest, const StillWitness& still) {
  for (const Place& place : some_of(places)) {
    const bool whole = !example[place.leaf].toTensor().is_floating_point();
    for (const double value : values_to_try(element(witness, place), element(example, place), harvest, whole)) {
      Leaves tried = copy(example);
      for (std::size_t i = 0; i < tried.size(); ++i) {
        if (!is_tensor(tried[i])) tried[i] = witness[i];
      }
      set(tried, place, value);
      if (still(tried)) return tried;
    }
  }
  return std::nullopt;
}

Leaves reverted(const Leaves& example, const Leaves& witness, const std::vector<Place>& places, std::size_t first,
                std::size_t last) {
  Leaves tried = copy(witness);
  for (std::size_t i = 0; i < tried.size(); ++i) {
    if (!is_tensor(tried[i])) continue;
    std::vector<std::int64_t> indices;
    for (std::size_t k = first; k < last; ++k) {
      if (places[k].leaf == i) indices.push_back(places[k].index);
    }
    if (indices.empty()) continue;
    const at::Tensor tensor = tried[i].toTensor();
    const at::Tensor index = at::tensor(indices, at::kLong);
    at::Tensor flat = tensor.contiguous().view({-1}).clone();
    flat.index_copy_(0, index, example[i].toTensor().contiguous().view({-1}).index_select(0, index));
    at::Tensor changed = at::empty_like(tensor);
    changed.copy_(flat.view(tensor.sizes()));
    tried[i] = changed;
  }
  return tried;
}

/// Takes back changes, many at a time, then fewer.
Leaves fewer(const Leaves& example, Leaves witness, const StillWitness& still) {
  std::vector<Place> places = changed_places(example, witness);
  std::size_t chunk = (places.size() + 1) / 2;
  std::size_t tries = 0;
  while (chunk != 0 && places.size() > 1) {
    bool any = false;
    for (std::size_t at = 0; at < places.size() && tries < kMostChunks;) {
      const std::size_t end = std::min(at + chunk, places.size());
      if (end - at == places.size()) break;
      Leaves tried = reverted(example, witness, places, at, end);
      ++tries;
      if (!still(tried)) {
        at = end;
        continue;
      }
      witness = std::move(tried);
      places.erase(places.begin() + static_cast<std::ptrdiff_t>(at), places.begin() + static_cast<std::ptrdiff_t>(end));
      any = true;
    }
    if (tries >= kMostChunks) break;
    if (!any || chunk > places.size()) chunk = chunk == 1 ? 0 : (chunk + 1) / 2;
  }
  return witness;
}

/// Numbers that a person would write.
Leaves simpler(const Leaves& example, Leaves witness, const StillWitness& still) {
  const std::vector<Place> places = changed_places(example, witness);
  if (places.size() <= kMostPlaces) {
    for (const Place& place : places) {
      const double now = element(witness, place);
      if (std::ranges::find(kSimple, now) != kSimple.end()) continue;
      std::vector<double> values{kSimple.begin(), kSimple.end()};
      values.insert(values.begin() + 5, std::round(now));
      values.push_back(std::round(now * 100) / 100);
      for (const double value : values) {
        Leaves tried = copy(witness);
        set(tried, place, value);
        if (!still(tried)) continue;
        witness = std::move(tried);
        break;
      }
    }
    return witness;
  }
  for (const double value : kSimple) {
    Leaves tried = copy(witness);
    for (std::size_t i = 0; i < tried.size(); ++i) {
      if (!is_tensor(tried[i])) continue;
      const at::Tensor tensor = tried[i].toTensor();
      const at::Tensor mask = differing(example[i].toTensor(), tensor).reshape(tensor.sizes());
      if (tensor.is_floating_point() || value == std::floor(value)) tried[i] = tensor.masked_fill(mask, value);
    }
    if (still(tried)) return tried;
  }
  return witness;
}

}  // namespace

Leaves shrink_elements(const Leaves& example, Leaves witness, const Harvest& harvest, const StillWitness& still) {
  // Numbers and strings first: as the example's, where that will do.
  for (std::size_t i = 0; i < example.size(); ++i) {
    if (is_tensor(example[i])) continue;
    Leaves tried = copy(witness);
    tried[i] = example[i];
    if (still(tried)) witness = std::move(tried);
  }
  // Whole tensors next.
  for (std::size_t i = 0; i < example.size(); ++i) {
    if (!is_tensor(example[i])) continue;
    Leaves tried = copy(witness);
    tried[i] = example[i];
    tried = copy(tried);
    if (still(tried)) witness = std::move(tried);
  }
  const std::vector<Place> places = changed_places(example, witness);
  if (places.empty()) return witness;
  if (places.size() > 1) {
    if (auto one = single(example, witness, places, harvest, still)) return simpler(example, std::move(*one), still);
    witness = fewer(example, std::move(witness), still);
  }
  return simpler(example, std::move(witness), still);
}

Leaves shrink_shapes(const Leaves& example, Leaves witness, const StillWitness& still) {
  // Sizes back to the example's, dimension by dimension of those that changed alike.
  const auto sizes_of = [](const Leaves& leaves) {
    std::vector<std::vector<std::int64_t>> sizes(leaves.size());
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      if (is_tensor(leaves[i])) sizes[i] = leaves[i].toTensor().sizes().vec();
    }
    return sizes;
  };
  const auto was = sizes_of(example);
  const auto with = [&](std::int64_t from, std::int64_t to, std::int64_t instead) {
    Reshaping reshaping;
    reshaping.sizes = sizes_of(witness);
    for (std::size_t i = 0; i < was.size(); ++i) {
      for (std::size_t axis = 0; axis < was[i].size(); ++axis) {
        std::int64_t& size = reshaping.sizes[i][axis];
        if (was[i][axis] == from && size == to) size = instead;
      }
    }
    return reshaped(example, reshaping);
  };
  std::set<std::pair<std::int64_t, std::int64_t>> changes;
  const auto now = sizes_of(witness);
  for (std::size_t i = 0; i < was.size(); ++i) {
    for (std::size_t axis = 0; axis < was[i].size(); ++axis) {
      if (was[i][axis] != now[i][axis]) changes.emplace(was[i][axis], now[i][axis]);
    }
  }
  for (const auto& [from, to] : changes) {
    for (const std::int64_t instead : {from, from + 1, from - 1, from / 2, std::int64_t{2}, std::int64_t{1}}) {
      if (instead < 1 || std::abs(instead - from) >= std::abs(to - from)) continue;
      Leaves tried = with(from, to, instead);
      if (same_shapes(example, tried) || !still(tried)) continue;
      witness = std::move(tried);
      break;
    }
  }
  // Plain data.
  Leaves ones = copy(witness);
  for (c10::IValue& leaf : ones) {
    if (is_float_tensor(leaf)) leaf = at::ones_like(leaf.toTensor());
  }
  if (still(ones)) return ones;
  return witness;
}

}  // namespace graphwitness::verify::worker
