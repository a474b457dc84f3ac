// How product nouns say that something changed, without knowing who listens.
#pragma once

#include <functional>
#include <string_view>

namespace ava {

/// publish(topic, type, json): e.g. ("dataset:ds_01...", "changed", whole object). Never blocks, never fails; may be
/// called from any thread. An empty function means nobody listens.
using Publish = std::function<void(std::string_view topic, std::string_view type, std::string_view json)>;

}  // namespace ava
