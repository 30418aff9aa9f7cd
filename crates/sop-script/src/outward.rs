//! Which commands reach outside the machine or cannot be undone.

use regex::Regex;
use std::sync::LazyLock;

/// Tells whether a command sends, uploads, deletes or pays.
pub(crate) fn is_outward(command: &str) -> bool {
    static OUTWARD: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(concat!(
            r"(?i)^(?:sudo\s+)?(?:mail|mailx|mutt|sendmail|msmtp|swaks|scp|sftp|ftp|lftp|rclone|rm|rmdir|shred|del|ssh)\b",
            r"|\brsync\b.*\S+:|\bgit\s+push\b|\bcurl\b.*(?:-X\s*'?\x22?(?:POST|PUT|PATCH|DELETE)|--request\s+(?:POST|PUT|PATCH|DELETE)|\s-d\b|--data|\s-F\b|--form|\s-T\b|--upload-file)",
            r"|\bwget\b.*--post|\baws\s+s3\s+(?:cp|mv|sync|rm)\b|\bgsutil\s+(?:cp|mv|rsync|rm)\b|\baz\s+storage\b.*upload",
            r"|\brequests\.(?:post|put|patch|delete)\b|\bhttpx\.(?:post|put|patch|delete)\b|\bsmtplib\.|\bsend_?mail|\bsend_message\b|\bsendMail\b",
            r"|\bshutil\.rmtree\b|\bos\.(?:remove|unlink|rmdir)\b|\.unlink\b|\bfs\.(?:rm|unlink|rmdir)\w*|\bunlink\(|\bfile\.remove\b",
            r"|\b(?:Send-MailMessage|Remove-Item|Send-MgUserMail)\b|\bInvoke-(?:RestMethod|WebRequest)\b.*-Method\s+'?(?:Post|Put|Patch|Delete)",
            r"|\b(?:axios\.(?:post|put|patch|delete))\b|\bfetch\b.*method:\s*['\x22](?:POST|PUT|PATCH|DELETE)",
            r"|\b(?:POST|PUT|PATCH|DELETE)\(|\b(?:lp|lpr)\b\s+\S|\bfind\b.*-delete\b",
        ))
        .unwrap()
    });
    // What a script clears away of its own scratch files is nobody's loss.
    static SCRATCH: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"(?i)\brm\b[^;|&]*["'\s](?:\$\{?(?:tmp|temp)\w*\}?|/tmp/|\$\{?\w*te?mp\w*)"#).unwrap());
    OUTWARD.is_match(command.trim()) && !SCRATCH.is_match(command)
}

#[cfg(test)]
mod tests {
    use super::is_outward;

    #[test]
    fn sending_and_deleting_reach_outside_and_scratch_files_do_not() {
        for command in ["mail -s report boss", "curl -X POST https://x", "rm -rf \"$CLIENT/out\"", "git push origin main"] {
            assert!(is_outward(command), "{command}");
        }
        for command in ["rm -rf \"$TMP\"", "curl -o rates.csv https://x", "python3 tools/mail_merge.py", "cp a b"] {
            assert!(!is_outward(command), "{command}");
        }
    }
}
