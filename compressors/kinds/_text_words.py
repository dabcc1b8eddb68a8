"""The words of sentences, and those that warn, forbid or restrict, in several languages."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Rare ones among these keep their sentence; where a text is about errors, errors are not rare.
STRONG = frozenset(
    word.encode()
    for word in re.findall(
        r"\w+",
        "abort aborted alert attention blocked breach breaking broken cannot caution corrupt "
        "corrupted corruption crash crashed critical danger dangerous deadline denied "
        "deprecated discontinued emergency error errors except exception expired fail failed "
        "failing fails failure failures fatal forbidden hazard illegal impossible incorrect "
        "insecure invalid irreversible leak leaked lost mandatory misconfigured mismatch "
        "missing must mustn never obligatory outage overdue panic prohibited recall refused "
        "rejected removed revoked risk severe stop stopped terminated timeout timed unable "
        "unauthorized unavailable undefined unexpected unless unsafe unsupported urgent "
        "violation vulnerability vulnerable warning warnings wrong abgebrochen abgelehnt "
        "achtung ausfall ausnahme darf defekt dringend dürfen falsch fehler fehlgeschlagen "
        "fehlt frist gefahr gefährlich gesperrt gescheitert gelöscht hinweis keinesfalls "
        "kritisch niemals nie muss müssen notfall pflicht rückruf störung unbedingt ungültig "
        "untersagt unzulässig verboten verloren vorsicht warnung wichtig zwingend "
        "avertissement défaut erreur erreurs échec interdit interdite jamais obligatoire "
        "advertencia cuidado errores fallo fallido nunca obligatorio peligro prohibido "
        "atenção errore pericolo vietato ошибка ошибки предупреждение внимание нельзя "
        "запрещено никогда опасно",
    )
)
WEAK = frozenset(
    word.encode()
    for word in re.findall(
        r"\w+",
        "although always but contrary despite don doesn however important instead isn neither "
        "no none nor not note nothing only otherwise required shall surprisingly todo fixme "
        "warned without won wasn weren didn couldn shouldn wouldn aber außer ausser "
        "allerdings dennoch immer jedoch kein keine keinen keiner nicht nichts nur ohne "
        "sondern sonst trotz aucun mais ne pas sans sauf seulement sin pero nada ningún sólo "
        "solo не но только",
    )
)
SIGNALS = re.compile(
    "错误|錯誤|警告|注意|危险|危險|禁止|不得|不可|不要|不能|必须|必須|失败|失敗|严重|严禁|请勿|異常|异常|切勿|"
    "エラー|危険|しないで|してはいけ|ならない|できません|できない|重要|"
    "오류|경고|주의|위험|금지|실패|하지 ?마|안 ?됩니다|안 ?된다|반드시|심각"
)
"""The same for scripts that put no spaces between words."""
_UNSPACED = "\u0e00-\u0eff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uff66-\uff9f"
_RUN = re.compile(f"[{_UNSPACED}]+")
_SIGNS = re.compile("[\u00a0-\u00bf\u2000-\u206f\u3000-\u303f\uff00-\uff0f\uff1a-\uff20]")
_GAP = 0


def _table() -> bytes:
    """ASCII that is in no word becomes a space, NUL stays."""
    table = bytearray(range(256))
    for code in range(1, 128):
        if not chr(code).isalnum() and chr(code) != "_":
            table[code] = 32
    return bytes(table)


_TABLE = _table()


def words(pieces: Sequence[str]) -> list[list[bytes]]:
    """The words of each piece in small letters; of unspaced scripts the pairs of neighbours."""
    text = "\n\x00\n".join([piece.replace("\x00", " ") for piece in pieces]).lower()
    if not text.isascii():
        text = _RUN.sub(_pairs, _SIGNS.sub(" ", text))
    data = text.encode("utf-8", "replace").translate(_TABLE)
    return [part.split() for part in data.split(b"\x00")] if pieces else []


def _pairs(run: re.Match[str]) -> str:
    chars = run[0]
    if len(chars) == 1:
        return f" {chars} "
    return f" {' '.join([chars[at : at + 2] for at in range(len(chars) - 1)])} "
