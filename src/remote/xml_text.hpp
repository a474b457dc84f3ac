// Just enough XML for the answers of an object store: the text of elements by name, entities decoded. Names are unique
// at the depth they are asked for; no namespaces, no attributes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ava::remote {

/// What lies between <name ...> and </name>, for each of them. Lifetime: views into `xml`.
std::vector<std::string_view> xml_all(std::string_view xml, std::string_view name);
/// Decoded text of the first one; empty when there is none.
std::string xml_text(std::string_view xml, std::string_view name);
/// "a<b" as "a&lt;b".
std::string xml_escape(std::string_view text);

}  // namespace ava::remote
