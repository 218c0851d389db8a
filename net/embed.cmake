# Turns a page into a source file: one HTML document, with the style sheets and
# scripts beside it put inside, that a function returns.
#
#   cmake -D INPUT=<folder>/index.html -D OUTPUT=<file>.cpp
#         -D FUNCTION=chat_page -D HEADER=atrium/net/http/chat_page.hpp -P embed.cmake

get_filename_component(folder ${INPUT} DIRECTORY)
file(READ ${INPUT} page)

# Replaces what refers to a file by the text of the file.
function(inline reference file tag)
  file(READ ${folder}/${file} text)
  string(REPLACE "${reference}" "<${tag}>\n${text}</${tag}>" page "${page}")
  set(page "${page}" PARENT_SCOPE)
endfunction()

while(page MATCHES "<link rel=\"stylesheet\" href=\"([a-z.]+)\">")
  inline("${CMAKE_MATCH_0}" ${CMAKE_MATCH_1} style)
endwhile()
while(page MATCHES "<script src=\"([a-z.]+)\"></script>")
  inline("${CMAKE_MATCH_0}" ${CMAKE_MATCH_1} script)
endwhile()

string(FIND "${page}" ")~page~" clash)
if(NOT clash EQUAL -1)
  message(FATAL_ERROR "the page contains the end mark of the string literal")
endif()
# Compilers need not take long literals, but ours do.
file(WRITE ${OUTPUT} "#pragma GCC diagnostic ignored \"-Woverlength-strings\"
#include \"${HEADER}\"

namespace atrium {

std::string_view ${FUNCTION}() noexcept {
  return R\"~page~(${page})~page~\";
}

} // namespace atrium
")
