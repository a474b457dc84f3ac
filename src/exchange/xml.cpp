#include "exchange/xml.hpp"

namespace ava::exchange {

Result<void> read_xml(storage::Reader& from, const XmlHandler& handler, const XmlLimits& limits) {
  return sample::read_xml([&from](char* to, std::size_t most) { return from.read(to, most); }, handler, limits);
}

}  // namespace ava::exchange
