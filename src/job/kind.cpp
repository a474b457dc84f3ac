#include "job/kind.hpp"

namespace ava::job {

void KindRegistry::add(Kind kind) {
  std::string name = kind.name;
  kinds_.insert_or_assign(std::move(name), std::move(kind));
}

const Kind* KindRegistry::find(std::string_view name) const {
  const auto found = kinds_.find(name);
  return found == kinds_.end() ? nullptr : &found->second;
}

}  // namespace ava::job
