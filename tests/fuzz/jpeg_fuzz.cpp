// JPEG files and the EXIF block in them.
#include "pictures.hpp"

void ava::fuzz::one_input(std::string_view bytes) { check_picture(bytes); }
