# Writes file IN as a C array SYMBOL_data[] (with a NUL behind it) and SYMBOL_size into OUT.
file(READ ${IN} hex HEX)
string(LENGTH "${hex}" digits)
math(EXPR size "${digits} / 2")
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${hex}")
file(WRITE ${OUT} "#include <stddef.h>\nextern const unsigned char ${SYMBOL}_data[];\nextern const size_t ${SYMBOL}_size;\n"
    "const unsigned char ${SYMBOL}_data[] = {${bytes}0};\nconst size_t ${SYMBOL}_size = ${size};\n")
