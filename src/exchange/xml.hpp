// XML for importers: the stream of elements of sample/xml.hpp, fed from a file of a tree or a store.
#pragma once

#include "base/result.hpp"
#include "sample/xml.hpp"
#include "storage/storage.hpp"

namespace ava::exchange {

using sample::parse_xml;
using sample::XmlElement;
using sample::XmlHandler;
using sample::XmlLimits;

/// As sample::read_xml(); errors also those of the reader.
Result<void> read_xml(storage::Reader& from, const XmlHandler& handler, const XmlLimits& limits = {});

}  // namespace ava::exchange
