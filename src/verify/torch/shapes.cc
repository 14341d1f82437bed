#include "verify/torch/shapes.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

namespace graphwitness::verify::worker {
namespace {

constexpr std::int64_t kLargestSize = 4096;
constexpr std::int64_t kMostElements = 1 << 24;
constexpr std::size_t kMostFirst = 32;

struct Dimension {
  std::size_t leaf = 0;
  std::size_t axis = 0;
};

/// The sizes to try for a dimension, the likeliest first.
std::vector<std::int64_t> sizes_to_try(std::int64_t size, const Harvest& harvest) {
  std::vector<std::int64_t> sizes;
  // Images and the like: one more pixel mostly comes to the same after the first few strides.
  for (const std::int64_t step : {32, 8}) {
    if (size >= step) sizes.push_back((size / step + 1) * step);
  }
  for (const std::int64_t near : {size + 1, size * 2, std::int64_t{1}, size - 1, std::int64_t{2}, size + 2, size * 3}) {
    sizes.push_back(near);
  }
  for (const std::int64_t value : harvest.integers) {
    if (value < 2 || value > kLargestSize) continue;
    for (const std::int64_t near : {value + 1, value, value - 1}) sizes.push_back(near);
  }
  for (const std::int64_t value : {64, 65, 3, 5, 100, 0}) sizes.push_back(value);
  std::vector<std::int64_t> once;
  for (const std::int64_t value : sizes) {
    if (value >= 0 && value != size && std::ranges::find(once, value) == once.end()) once.push_back(value);
  }
  return once;
}

bool affordable(const Leaves& example, const Reshaping& reshaping) {
  for (std::size_t i = 0; i < example.size(); ++i) {
    if (reshaping.sizes[i].empty()) continue;
    std::int64_t count = 1;
    for (const std::int64_t size : reshaping.sizes[i]) {
      count *= std::max<std::int64_t>(size, 1);
      if (count > kMostElements) return false;
    }
    if (count > std::max<std::int64_t>(example[i].toTensor().numel() * 16, 1 << 16)) return false;
  }
  return true;
}

/// Dimensions of equal size, which belong together until that turns out to be wrong.
struct Group {
  std::int64_t size = 0;
  std::vector<Dimension> members{};
};

std::vector<Group> groups_of(const Leaves& example) {
  std::vector<Group> groups;
  for (std::size_t i = 0; i < example.size(); ++i) {
    if (!is_tensor(example[i])) continue;
    const auto sizes = example[i].toTensor().sizes();
    for (std::size_t axis = 0; axis < sizes.size(); ++axis) {
      const auto found = std::ranges::find(groups, sizes[axis], &Group::size);
      if (found != groups.end()) {
        found->members.push_back({i, axis});
      } else {
        groups.push_back({sizes[axis], {{i, axis}}});
      }
    }
  }
  return groups;
}

Reshaping as_it_was(const Leaves& example) {
  Reshaping reshaping;
  reshaping.sizes.resize(example.size());
  return reshaping;
}

void set(Reshaping& reshaping, const Leaves& example, const Dimension& dimension, std::int64_t size) {
  auto& sizes = reshaping.sizes[dimension.leaf];
  if (sizes.empty()) sizes = example[dimension.leaf].toTensor().sizes().vec();
  sizes[dimension.axis] = size;
}

std::int64_t elements(const Leaves& example, const Reshaping& reshaping) {
  std::int64_t count = 0;
  for (std::size_t i = 0; i < example.size(); ++i) {
    if (!is_tensor(example[i])) continue;
    std::int64_t product = 1;
    for (const std::int64_t size : reshaping.sizes[i]) product *= size;
    count += reshaping.sizes[i].empty() ? example[i].toTensor().numel() : product;
  }
  return count;
}

/// Taking each size inside as this one times a constant. Half of it turns nothing in particular, but costs little.
std::set<std::int64_t> first_sizes(std::int64_t size, const std::vector<ComparedSize>& compared) {
  std::set<std::int64_t> sizes;
  if (size > 1) sizes.insert(size / 2);
  for (const ComparedSize& one : compared) {
    if (!(one.size > 0)) continue;
    const double ratio = static_cast<double>(size) / one.size;
    const double step = std::max(ratio, 1.);
    for (const double near : {0., step, -step}) {
      const double wanted = std::round(one.with * ratio + near);
      if (wanted >= 1 && wanted <= kLargestSize && wanted != static_cast<double>(size)) {
        sizes.insert(static_cast<std::int64_t>(wanted));
      }
    }
  }
  return sizes;
}

}  // namespace

std::vector<Reshaping> first_shapes(const Leaves& example, const std::vector<ComparedSize>& compared) {
  std::vector<std::pair<std::int64_t, Reshaping>> found;
  for (const Group& group : groups_of(example)) {
    for (const std::int64_t size : first_sizes(group.size, compared)) {
      Reshaping together = as_it_was(example);
      for (const Dimension& dimension : group.members) set(together, example, dimension, size);
      if (affordable(example, together)) found.emplace_back(elements(example, together), std::move(together));
    }
  }
  std::ranges::stable_sort(found, std::less{}, [](const auto& one) { return one.first; });
  if (found.size() > kMostFirst) found.resize(kMostFirst);
  std::vector<Reshaping> made;
  made.reserve(found.size());
  for (auto& [count, reshaping] : found) made.push_back(std::move(reshaping));
  return made;
}

std::vector<Reshaping> other_shapes(const Leaves& example, const Harvest& harvest) {
  const std::vector<Group> groups = groups_of(example);
  std::vector<Reshaping> made;
  const auto add = [&](Reshaping reshaping) {
    if (affordable(example, reshaping)) made.push_back(std::move(reshaping));
  };
  // In rounds, so that every dimension has its likeliest sizes tried early.
  std::size_t rounds = 0;
  for (const auto& group : groups) rounds = std::max(rounds, sizes_to_try(group.size, harvest).size());
  for (std::size_t round = 0; round < rounds; ++round) {
    for (const auto& [size, members] : groups) {
      const std::vector<std::int64_t> sizes = sizes_to_try(size, harvest);
      if (round >= sizes.size()) continue;
      Reshaping together = as_it_was(example);
      for (const Dimension& dimension : members) set(together, example, dimension, sizes[round]);
      add(together);
      if (members.size() < 2) continue;
      for (const Dimension& dimension : members) {
        Reshaping alone = as_it_was(example);
        alone.related = false;
        set(alone, example, dimension, sizes[round]);
        add(alone);
      }
    }
  }
  for (std::size_t a = 0; a < groups.size() && groups.size() < 8; ++a) {
    for (std::size_t b = a + 1; b < groups.size(); ++b) {
      for (const auto& [first, second] : {std::pair{1, 1}, {groups[a].size, groups[b].size}, {-1, 1}, {1, -1}}) {
        Reshaping both = as_it_was(example);
        for (const Dimension& dimension : groups[a].members)
          set(both, example, dimension, std::max<std::int64_t>(groups[a].size + first, 0));
        for (const Dimension& dimension : groups[b].members)
          set(both, example, dimension, std::max<std::int64_t>(groups[b].size + second, 0));
        add(both);
      }
    }
  }
  return made;
}

Leaves reshaped(const Leaves& example, const Reshaping& reshaping) {
  Leaves made = copy(example);
  for (std::size_t i = 0; i < made.size(); ++i) {
    if (i >= reshaping.sizes.size() || reshaping.sizes[i].empty()) continue;
    at::Tensor tensor = made[i].toTensor();
    for (std::size_t axis = 0; axis < reshaping.sizes[i].size(); ++axis) {
      const auto dimension = static_cast<std::int64_t>(axis);
      const std::int64_t old = tensor.size(dimension);
      const std::int64_t wanted = reshaping.sizes[i][axis];
      if (old == wanted) continue;
      if (old == 0) {
        std::vector<std::int64_t> sizes = tensor.sizes().vec();
        sizes[axis] = wanted;
        tensor = at::ones(sizes, tensor.options());
        continue;
      }
      tensor = tensor.index_select(dimension, at::arange(wanted, at::kLong).remainder(old));
    }
    made[i] = tensor.contiguous();
  }
  return made;
}

bool same_shapes(const Leaves& a, const Leaves& b) {
  for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) {
    if (is_tensor(a[i]) && is_tensor(b[i]) && a[i].toTensor().sizes() != b[i].toTensor().sizes()) return false;
  }
  return true;
}

std::int64_t elements(const Leaves& leaves) {
  std::int64_t count = 0;
  for (const c10::IValue& leaf : leaves) count += is_tensor(leaf) ? leaf.toTensor().numel() : 0;
  return count;
}

}  // namespace graphwitness::verify::worker
